// Sorting and searching of the list of accounts; without a script the page holds the same in its first order.
(function () {
  var list = document.querySelector('table.list');
  if (!list) return;
  var bodies = Array.prototype.slice.call(list.tBodies);
  var keys = new Map();
  bodies.forEach(function (body) { keys.set(body, body.getAttribute('data-k').split('\t')); });
  var heads = Array.prototype.slice.call(list.tHead.rows[0].cells);
  function sort(head, column) {
    var number = head.getAttribute('data-sort') === 'number';
    var before = head.getAttribute('aria-sort');
    var first = head.getAttribute('data-first') || 'ascending';
    var turned = first === 'ascending' ? 'descending' : 'ascending';
    var way = before === first ? turned : first;
    var sign = way === 'ascending' ? 1 : -1;
    heads.forEach(function (other) { other.removeAttribute('aria-sort'); });
    head.setAttribute('aria-sort', way);
    var order = bodies.slice().sort(function (a, b) {
      var x = keys.get(a)[column], y = keys.get(b)[column];
      if (x === '' || y === '') return x === y ? 0 : x === '' ? 1 : -1;
      return sign * (number ? Number(x) - Number(y) : x.localeCompare(y));
    });
    order.forEach(function (body) { list.appendChild(body); });
  }
  heads.forEach(function (head, column) {
    if (head.getAttribute('data-sort') === null) return;
    // A real button would not be printed in the heads that are repeated on each sheet.
    var button = document.createElement('span');
    button.setAttribute('role', 'button');
    button.tabIndex = 0;
    button.textContent = head.textContent;
    head.textContent = '';
    head.appendChild(button);
    button.addEventListener('click', function () { sort(head, column); });
    button.addEventListener('keydown', function (event) {
      if (event.key !== 'Enter' ? event.key !== ' ' : false) return;
      event.preventDefault();
      sort(head, column);
    });
  });
  var tools = document.getElementById('tools');
  var search = document.getElementById('search'), band = document.getElementById('band');
  var shown = document.getElementById('shown');
  function filter() {
    var words = search.value.toLowerCase(), count = 0;
    bodies.forEach(function (body) {
      var key = keys.get(body);
      var match = (words === '' || key[0].toLowerCase().indexOf(words) !== -1 || key[key.length - 1].toLowerCase().indexOf(words) !== -1);
      if (match) match = band.selectedIndex === 0 || key[2] === band.value;
      body.hidden = !match;
      count += match ? 1 : 0;
    });
    shown.textContent = shown.getAttribute('data-text').replace('%1', count).replace('%2', bodies.length);
  }
  search.addEventListener('input', filter);
  band.addEventListener('change', filter);
  tools.hidden = false;
  filter();
})();
