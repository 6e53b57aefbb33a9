// Makes each of the values a global that the script can read and not change.
(function (values) {
  const freeze = (value) => {
    if (typeof value === "object" && value !== null) {
      for (const name of Object.keys(value)) freeze(value[name]);
      Object.freeze(value);
    }
  };
  for (const name of Object.keys(values)) {
    freeze(values[name]);
    Object.defineProperty(globalThis, name, { value: values[name], enumerable: true });
  }
})
