/* A photo is made smaller before it is sent, and shown. Without this script the server makes it smaller. */
document.querySelectorAll("input[type=file][data-shrink]").forEach(function (input) {
  var longest = Number(input.dataset.shrink);
  var most = 10 * 1024 * 1024;
  var shown = null;

  function clear() {
    if (shown) { shown.remove(); shown = null; }
    input.setCustomValidity("");
  }

  function show(canvas, sentence) {
    clear();
    shown = document.createElement("div");
    shown.className = "evidence";
    var words = document.createElement("p");
    words.setAttribute("role", "status");
    if (canvas) {
      canvas.setAttribute("aria-hidden", "true");
      shown.append(canvas);
    }
    shown.append(words);
    input.after(shown);
    words.textContent = sentence;
  }

  function replace(blob) {
    var files = new DataTransfer();
    files.items.add(new File([blob], "foto.jpg", { type: "image/jpeg" }));
    input.files = files.files;
  }

  function draw(picture) {
    var scale = Math.min(1, longest / Math.max(picture.width, picture.height));
    var canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    var pen = canvas.getContext("2d");
    pen.fillStyle = "white";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return canvas;
  }

  input.addEventListener("change", function () {
    var file = input.files[0];
    clear();
    if (!file || !window.createImageBitmap || !window.DataTransfer) { return; }
    createImageBitmap(file, { imageOrientation: "from-image" }).then(function (picture) {
      var canvas = draw(picture);
      canvas.toBlob(function (blob) {
        if (input.files[0] !== file) { return; }
        if (blob && blob.size < file.size) { replace(blob); }
        show(canvas, input.dataset.shown);
      }, "image/jpeg", 0.85);
    }).catch(function () {
      if (file.size > most) {
        input.value = "";
        show(null, input.dataset.tooLarge);
      }
    });
  });
});
