/* Reads a text aloud with a voice of the device itself. Nothing leaves the device: only local voices read. */
(function () {
  var speech = window.speechSynthesis;
  if (!speech || !window.SpeechSynthesisUtterance) { return; }
  var buttons = [].slice.call(document.querySelectorAll("[data-read-aloud]"));
  var reading = null;

  function textOf(button) { return document.getElementById(button.dataset.readAloud); }

  function languageOf(element) { return element.closest("[lang]").lang.toLowerCase(); }

  function voiceFor(language) {
    return speech.getVoices().filter(function (voice) {
      return voice.localService && voice.lang.toLowerCase().replace("_", "-").split("-")[0] === language.split("-")[0];
    })[0];
  }

  function show() {
    buttons.forEach(function (button) {
      var text = textOf(button);
      button.hidden = !text || !voiceFor(languageOf(text));
    });
  }

  function mark(button, on) {
    var word = button.querySelector("span");
    button.dataset.start = button.dataset.start || word.textContent;
    word.textContent = on ? button.dataset.stop : button.dataset.start;
    button.setAttribute("aria-pressed", String(on));
  }

  function stop() {
    var button = reading;
    reading = null;
    speech.cancel();
    if (button) { mark(button, false); }
  }

  /* What there is to tap stays unsaid: "Klaar" behind a step would sound as if it were done. */
  function wordsOf(text) {
    var taps = [].slice.call(text.querySelectorAll("form"));
    taps.forEach(function (tap) { tap.hidden = true; });
    var words = text.innerText;
    taps.forEach(function (tap) { tap.hidden = false; });
    return words;
  }

  /* A sentence at a time: some devices fall silent in a long text. */
  function sentences(text) { return text.replace(/\s+/g, " ").match(/[^.!?]+[.!?]*/g) || []; }

  function read(button) {
    var text = textOf(button);
    var parts = sentences(wordsOf(text));
    var voice = voiceFor(languageOf(text));
    reading = button;
    mark(button, true);
    parts.forEach(function (part, number) {
      var said = new SpeechSynthesisUtterance(part);
      said.voice = voice;
      said.lang = voice.lang;
      if (number === parts.length - 1) {
        said.onend = function () { if (reading === button) { stop(); } };
      }
      speech.speak(said);
    });
  }

  show();
  if (speech.addEventListener) { speech.addEventListener("voiceschanged", show); }
  buttons.forEach(function (button) {
    button.addEventListener("click", function () {
      var again = reading === button;
      stop();
      if (!again) { read(button); }
    });
  });
  window.addEventListener("pagehide", stop);
}());
