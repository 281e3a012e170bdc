// What pages do while one types, sends, judges and filters. Every answer is worked out and escaped by the service.
(function () {
  "use strict";
  var csrf = document.querySelector("meta[name=csrf]").content;
  var largest = Number(document.querySelector("meta[name=largest]").content);
  var all = function (selector, place) { return Array.prototype.slice.call((place || document).querySelectorAll(selector)); };

  function post(address, data, signal) {
    return fetch(address, { method: "POST", body: new URLSearchParams(data), headers: { "X-CSRF-Token": csrf }, signal: signal });
  }

  // The sentence of a refusal, whatever shape the answer has.
  function sentence(response) {
    return response.json().then(function (body) { return body.error; }, function () { return ""; })
      .then(function (text) { return text || "没有完成（" + response.status + "）；请稍后再试"; });
  }

  all("form[data-live]").forEach(function (form) {
    var into = document.querySelector(form.dataset.into), status = document.querySelector("[data-status]"), wait, running;
    function ask() {
      if (running) running.abort();
      var mine = running = new AbortController();
      status.textContent = "……";
      post(form.dataset.live, new FormData(form), mine.signal).then(function (response) {
        return response.ok ? response.text().then(show) : sentence(response).then(function (text) { status.textContent = text; });
      }).catch(function (error) {
        if (error.name !== "AbortError") status.textContent = "服务没有回答；请看它是否还在运行";
      });
    }
    function show(html) {
      into.innerHTML = html;
      status.textContent = "";
      var asked = all("[data-ask]", into).map(function (one) { return "fact-" + one.dataset.ask; });
      all(".facts .field").forEach(function (field) { field.classList.toggle("asked", asked.indexOf(field.id) >= 0 && asked.indexOf(field.id) < 3); });
    }
    form.addEventListener("input", function (event) {
      clearTimeout(wait);
      wait = setTimeout(ask, 250);
    });
    form.addEventListener("submit", function (event) { event.preventDefault(); ask(); });
    var typed = all("input, textarea", form).some(function (field) { // before this script came, or kept by the browser
      return field.value !== field.defaultValue || field.checked !== field.defaultChecked;
    });
    if (typed || form.hasAttribute("data-now")) ask();
  });

  all("form[data-busy]").forEach(function (form) {
    var status = form.querySelector("[data-status]"), button = form.querySelector("button:not([type])");
    form.addEventListener("submit", function (event) {
      var size = all("input[type=file]", form).reduce(function (sum, input) {
        return sum + Array.prototype.reduce.call(input.files, function (part, file) { return part + file.size; }, 0);
      }, 0);
      if (size > largest) {
        event.preventDefault();
        status.textContent = "一次上传超过 " + +(largest / 1048576).toFixed(2) + " MB；请拆成几个小文件";
        return;
      }
      status.textContent = form.dataset.busy;
      button.disabled = true;
    });
    addEventListener("pageshow", function () { button.disabled = false; status.textContent = ""; });
  });

  all(".nav a").forEach(function (link) { // the visiting list of a large pool takes half a minute the first time
    link.addEventListener("click", function (event) {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // opens beside this page, which does not wait
      var waiting = setTimeout(function () { document.querySelector("[data-waiting]").hidden = false; }, 1000);
      addEventListener("pagehide", function () { clearTimeout(waiting); });
    });
  });
  addEventListener("pageshow", function () { document.querySelector("[data-waiting]").hidden = true; });

  document.addEventListener("click", function (event) {
    var button = event.target.closest(".judge button");
    if (!button) return;
    var box = button.closest(".judge"), output = box.querySelector("output"), person = document.querySelector("[data-person]");
    var texts = button.closest("[data-title]"), side = button.closest("[data-side]");
    var declined = button.dataset.verdict === "拒绝";
    var data = {
      side: side.dataset.side, asking_id: box.dataset.ask, record_id: box.dataset.answer, verdict: button.dataset.verdict,
      title: texts.dataset.title || "", description: texts.dataset.description || "",
      reason: declined ? box.querySelector("select").value : "", person: person ? person.value : ""
    };
    var lacking = declined && !data.reason ? "拒绝时请选择理由，理由会改变以后的次序" : person && !data.person.trim() ? "请填写经办人" : "";
    output.className = lacking ? "bad" : "";
    output.textContent = lacking || "……";
    if (lacking) return;
    post("/feedback", data).then(function (response) {
      if (response.ok) return response.json().then(function (body) { output.textContent = button.dataset.verdict + "：" + body.done.join("；"); });
      return sentence(response).then(function (text) { output.className = "bad"; output.textContent = text; });
    }).catch(function () { output.className = "bad"; output.textContent = "服务没有回答；请看它是否还在运行"; });
  });

  all("[data-filter]").forEach(function (input) {
    function narrow() {
      var words = input.value.trim().toLowerCase().split(/\s+/);
      all(input.dataset.filter).forEach(function (row) {
        var text = row.textContent.toLowerCase();
        row.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
      });
    }
    input.addEventListener("input", narrow);
    narrow(); // what was typed before this script came
  });

  var bar = document.querySelector(".find");
  if (bar) {
    var box = bar.querySelector("input[type=search]"), only = bar.querySelector("input[type=checkbox]"), said = bar.querySelector("output"), wait;
    var entries = all("details.q");
    var show = function () {
      var words = box.value.trim().toLowerCase().split(/\s+/), shown = 0;
      entries.forEach(function (entry) {
        var text = entry.textContent.toLowerCase();
        var on = (!only.checked || entry.hasAttribute("data-good")) && words.every(function (word) { return text.indexOf(word) >= 0; });
        entry.hidden = !on;
        if (on) shown++;
      });
      said.textContent = "显示 " + shown + " / " + entries.length;
    };
    bar.hidden = false;
    box.addEventListener("input", function () { clearTimeout(wait); wait = setTimeout(show, 150); });
    only.addEventListener("change", show);
    show();
  }
})();
