(function () {
  var live = document.getElementById("live"), last = "";
  function open() {
    return Array.from(live.querySelectorAll("details[open]"), function (d) { return d.dataset.id; });
  }
  function show(html) {
    if (html === last || Array.from(live.querySelectorAll("audio,video")).some(function (m) { return !m.paused; })) return;
    var kept = open(), first = last === "";
    last = html;
    var known = new Set(Array.from(live.querySelectorAll("article"), function (a) { return a.id; }));
    live.innerHTML = html;
    live.querySelectorAll("details").forEach(function (d) { if (kept.includes(d.dataset.id)) d.open = true; });
    if (!first) live.querySelectorAll("article").forEach(function (a) { if (!known.has(a.id)) a.classList.add("fresh"); });
  }
  function again() {
    fetch(location.pathname + "?part=1").then(function (r) { return r.ok ? r.text() : last; }).then(show, function () {})
      .then(function () { setTimeout(again, document.hidden ? 15000 : 2500); });
  }
  setTimeout(again, 2500);
})();
