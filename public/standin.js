// A script that did not come, or a page opened as a file: the reasons (index.html) are shown at once.
(function () {
  var root = document.documentElement;
  var failed = function () {
    root.className += ' failed';
  };
  if (location.protocol === 'file:') failed();
  addEventListener(
    'error',
    function (event) {
      if (event.target instanceof HTMLScriptElement) failed();
    },
    true,
  );
})();
