/**
 * Variables as systemd reads them. What CloudFormation fills in (URLs, ARNs, names) holds nothing that must be escaped.
 * https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#EnvironmentFile=
 */
module.exports = function toEnvironmentFile(variables) {
  const quote = (value) => (typeof value === 'object' ? value : String(value).replace(/[\\"$`]/g, '\\$&'));
  const lines = Object.entries(variables).map(([name, value]) => [`${name}="`, quote(value), '"']);
  return { 'Fn::Join': ['', lines.flatMap((line, index) => (index === 0 ? line : ['\n', ...line]))] };
};
