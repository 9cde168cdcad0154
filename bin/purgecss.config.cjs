// Leaves out of Bootstrap what no template, module or script of ours mentions.
//
// A class whose name is put together at run time ("btn-" ~ kind) is not seen in the sources;
// keep such families whole in the safe list below.
module.exports = {
  css: ["node_modules/bootstrap/dist/css/bootstrap.min.css"],
  content: [
    "templates/**/*.html",
    "{academy,courses,certificates}/**/*.py",
    "{academy,courses,certificates}/**/templates/**/*.html",
    "academy/static/*.js",
    "academy/static/js/**/*.js",
  ],
  safelist: {
    standard: [/^(alert|btn|form|is|was|visually-hidden)/, "show"],
    greedy: [/data-bs-theme/],
  },
  dynamicAttributes: ["data-bs-theme", "open", "disabled"],
};
