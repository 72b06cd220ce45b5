/** Values of `Ref` and `Fn::GetAtt`, by `LogicalId` and `LogicalId.Attribute`. */
export type Attributes = ReadonlyMap<string, string>;

/**
 * Replaces the CloudFormation functions `Ref`, `Fn::GetAtt`, `Fn::Sub` and `Fn::Join` by their values.
 *
 * @throws Error for any other function, or for an unknown resource or attribute
 */
export function evaluateIntrinsics(value: unknown, attributes: Attributes): unknown {
  if (Array.isArray(value)) return value.map((item) => evaluateIntrinsics(item, attributes));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [[name, argument] = ['', undefined]] = entries;
  if (entries.length === 1 && (name === 'Ref' || name.startsWith('Fn::'))) {
    return evaluate(name, argument, attributes);
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, evaluateIntrinsics(item, attributes)]));
}

function evaluate(name: string, argument: unknown, attributes: Attributes): string {
  if (name === 'Ref' && typeof argument === 'string') return lookUp(argument, attributes);
  if (name === 'Fn::GetAtt' && Array.isArray(argument)) return lookUp(argument.join('.'), attributes);
  if (name === 'Fn::Sub' && typeof argument === 'string') {
    // `${!Literal}` is an escaped `${Literal}`.
    return argument.replace(/\$\{(!?)([^}]*)\}/g, (_, literal: string, place: string) =>
      literal ? `\${${place}}` : lookUp(place, attributes),
    );
  }
  if (name === 'Fn::Join' && Array.isArray(argument) && Array.isArray(argument[1])) {
    const [separator, parts] = argument;
    return parts.map((part) => evaluateIntrinsics(part, attributes)).join(separator);
  }
  throw new Error(
    `${name}: the embedded cloud supports Ref, Fn::GetAtt, Fn::Join and Fn::Sub with a string, received ${JSON.stringify(argument)}`,
  );
}

function lookUp(place: string, attributes: Attributes): string {
  const value = attributes.get(place);
  if (value === undefined)
    throw new Error(`${place}: the embedded cloud has no resource or attribute of this name`);
  return value;
}
