/* Record with the microphone, listen back, and send it with the form as any chosen file. */
document.querySelectorAll("[data-recorder]").forEach(function (panel) {
  var input = document.getElementById(panel.dataset.recorder);
  var start = panel.querySelector("[data-record-start]");
  var stop = panel.querySelector("[data-record-stop]");
  var time = panel.querySelector("[data-record-time]");
  var status = panel.querySelector("[data-record-status]");
  var back = panel.querySelector("[data-record-back]");
  var most = Number(panel.dataset.mostSeconds);
  var kinds = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
  var endings = { "audio/webm": "webm", "audio/mp4": "m4a", "audio/ogg": "ogg" };
  var recorder = null;
  var timer = null;
  var began = 0;

  if (!window.MediaRecorder || !window.DataTransfer || !navigator.mediaDevices) { return; }
  var kind = kinds.find(function (one) { return MediaRecorder.isTypeSupported(one); });
  if (!kind) { return; }
  panel.hidden = false;

  function tick() {
    var seconds = Math.floor((Date.now() - began) / 1000);
    time.textContent = Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0");
    if (seconds >= most) { finish(panel.dataset.longest); }
  }

  function finish(sentence) {
    if (!recorder || recorder.state === "inactive") { return; }
    status.textContent = sentence;
    recorder.stop();
  }

  function keep(pieces) {
    var type = kind.split(";")[0];
    var sound = new Blob(pieces, { type: type });
    var files = new DataTransfer();
    files.items.add(new File([sound], "opname." + endings[type], { type: type }));
    input.files = files.files;
    if (back.src) { URL.revokeObjectURL(back.src); }
    back.src = URL.createObjectURL(sound);
    back.hidden = false;
  }

  function record(stream) {
    var pieces = [];
    recorder = new MediaRecorder(stream, { mimeType: kind, audioBitsPerSecond: 32000 });
    recorder.addEventListener("dataavailable", function (event) { pieces.push(event.data); });
    recorder.addEventListener("stop", function () {
      clearInterval(timer);
      stream.getTracks().forEach(function (track) { track.stop(); });
      stop.hidden = true;
      start.hidden = false;
      keep(pieces);
      start.focus();
    });
    recorder.start();
    began = Date.now();
    timer = setInterval(tick, 500);
    tick();
    back.hidden = true;
    start.hidden = true;
    stop.hidden = false;
    stop.focus();
    status.textContent = panel.dataset.recording;
  }

  start.addEventListener("click", function () {
    navigator.mediaDevices.getUserMedia({ audio: true }).then(record).catch(function () {
      status.textContent = panel.dataset.refused;
    });
  });
  stop.addEventListener("click", function () { finish(panel.dataset.recorded); });
  input.addEventListener("change", function () { back.hidden = true; status.textContent = ""; });
});
