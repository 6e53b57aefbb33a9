// Settings of Node-RED for tests: loopback, no flows but those that a test puts there, and a login.
// The port, the folder and the life of a session come from the command line (README.md).
module.exports = {
  uiHost: "127.0.0.1",
  flowFile: "flows.json",
  credentialSecret: "only-for-tests",
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false },
  externalModules: { autoInstall: false, palette: { allowInstall: false, allowUpload: false } },
  logging: { console: { level: "off" } },
  adminAuth: {
    type: "credentials",
    users: [
      {
        username: "admin",
        // "pass: word"
        password: "$2b$04$YyTJ9n3rqNhegLaoEOh7X.zjullfHHTQzRu38ODIEvF4G/SNKthiK",
        permissions: "*",
      },
    ],
  },
};
