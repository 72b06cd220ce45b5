/**
 * Renders variables as an EnvironmentFile of systemd. Values that CloudFormation fills in (URLs, ARNs, names) need no escaping.
 * https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#EnvironmentFile=
 */
module.exports = function toEnvironmentFile(variables) {
  const quote = (value) => (typeof value === 'object' ? value : String(value).replace(/[\\"$`]/g, '\\$&'));
  const lines = Object.entries(variables).map(([name, value]) => [`${name}="`, quote(value), '"']);
  return { 'Fn::Join': ['', lines.flatMap((line, index) => (index === 0 ? line : ['\n', ...line]))] };
};
