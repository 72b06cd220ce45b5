/** What `Ref` and `Fn::GetAtt` of a resource give, by `LogicalId` and `LogicalId.Attribute`. */
export type Attributes = ReadonlyMap<string, string>;

/**
 * Replaces CloudFormation's functions by their values: `Ref`, `Fn::GetAtt` and `Fn::Sub`.
 *
 * @throws Error for another function, or a name that is not known
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
    // `${!Literal}` stands for `${Literal}`.
    return argument.replace(/\$\{(!?)([^}]*)\}/g, (_, literal: string, place: string) =>
      literal ? `\${${place}}` : lookUp(place, attributes),
    );
  }
  throw new Error(
    `${name} ${JSON.stringify(argument)}: the embedded cloud knows Ref, Fn::GetAtt and the short Fn::Sub`,
  );
}

function lookUp(place: string, attributes: Attributes): string {
  const value = attributes.get(place);
  if (value === undefined) throw new Error(`${place}: the embedded cloud has no such resource or attribute`);
  return value;
}
