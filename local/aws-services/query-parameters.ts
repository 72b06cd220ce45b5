import { AwsError } from './aws-error.ts';

/** Parameters of AWS's query protocol as a tree: `A.entry.1.key=k` is `{A: {entry: {1: {key: 'k'}}}}`. */
export interface Parameters {
  [name: string]: string | Parameters;
}

/** Maximum number of names in a parameter's path. The deepest parameters of the SQS and SNS APIs have 8. */
const MAX_NAMES = 16;

/**
 * Parses form-encoded parameters. If a parameter is repeated, its first value counts.
 *
 * @throws AwsError `MalformedQueryString` for a parameter that is nested too deeply to be processed recursively
 */
export function parseParameters(form: string): Parameters {
  const root = createNode();
  for (const [path, value] of new URLSearchParams(form)) {
    const names = path.split('.', MAX_NAMES + 1);
    if (names.length > MAX_NAMES) {
      const message = `The name of a parameter must consist of at most ${MAX_NAMES} names.`;
      throw new AwsError('MalformedQueryString', message);
    }
    const last = names.pop() ?? '';
    let node = root;
    for (const name of names) {
      const child = node[name];
      node = typeof child === 'object' ? child : setChild(node, name);
    }
    node[last] ??= value;
  }
  return root;
}

// Without a prototype, a parameter with the name `__proto__` is a parameter like any other.
const createNode = (): Parameters => Object.create(null);

function setChild(node: Parameters, name: string): Parameters {
  const child = createNode();
  node[name] = child;
  return child;
}

/** Returns a string, or undefined if the parameter is absent. */
export function textOf(parameters: Parameters, name: string): string | undefined {
  const value = parameters[name];
  return typeof value === 'string' ? value : undefined;
}

/** Returns the structures of a list, such as `Tags.member.1.Key`. JavaScript keeps numeric names in order. */
export const structuresOf = (parameters: Parameters, name: string, item = 'member'): Parameters[] =>
  itemsOf(parameters, name, item).filter((value) => typeof value === 'object');

/** Returns the strings of a list, such as `TagKeys.member.1`. */
export const textsOf = (parameters: Parameters, name: string): string[] =>
  itemsOf(parameters, name, 'member').filter((value) => typeof value === 'string');

/** Returns a map of strings, such as `Attributes.entry.1.key` and `Attributes.entry.1.value`. */
export const mapOf = (parameters: Parameters, name: string): Record<string, string> =>
  Object.fromEntries(
    structuresOf(parameters, name, 'entry').map((entry) => [
      textOf(entry, 'key') ?? '',
      textOf(entry, 'value') ?? '',
    ]),
  );

function itemsOf(parameters: Parameters, name: string, item: string): (string | Parameters)[] {
  const list = parameters[name];
  const items = typeof list === 'object' ? list[item] : undefined;
  return typeof items === 'object' ? Object.values(items) : [];
}
