import { resourcesOf, type Template } from './template.ts';

/** The property with a resource's name and the prefix of that name in an ARN, by resource type. */
const NAMES: Record<string, { property?: string; prefix?: string }> = {
  'AWS::SQS::Queue': { property: 'QueueName' },
  'AWS::SNS::Topic': { property: 'TopicName' },
  'AWS::S3::Bucket': { property: 'BucketName' },
  'AWS::Lambda::Function': { property: 'FunctionName', prefix: 'function:' },
  'AWS::Logs::LogGroup': { property: 'LogGroupName', prefix: 'log-group:' },
  'AWS::IAM::Role': { property: 'RoleName', prefix: 'role/' },
  'AWS::KMS::Alias': { property: 'AliasName' },
};

/**
 * Returns the logical id of the resource that a value refers to by `Ref`, `Fn::GetAtt`, ARN or name; undefined if the
 * template has no such resource of that type.
 */
export function findReferred(template: Template, type: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const { property, prefix = '' } = NAMES[type] ?? {};
  const text = asText(value);
  const name = splitArn(text)?.[5]?.replace(prefix, '') ?? text;
  const [, id = ''] = /^\$\{([^}.]+)(?:\.[^}]+)?\}$/.exec(name) ?? [];
  if (template.Resources[id]?.Type === type) return id;
  const found = resourcesOf(template, type).find(([, properties]) => {
    const own = property && properties[property];
    return own !== undefined && asText(own) === name;
  });
  return found?.[0];
}

/**
 * Formats a value as text. References become `${LogicalId}` or `${LogicalId.Attribute}`, as in `Fn::Sub`, so that equal values
 * in different notations have equal texts. Other intrinsic functions become JSON.
 */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined) return 'nothing';
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, argument] = [], ...others] = Object.entries(value);
  if (others.length > 0) return JSON.stringify(value);
  switch (name) {
    case 'Ref':
      return `\${${argument}}`;
    case 'Fn::GetAtt':
      return `\${${[argument].flat().join('.')}}`;
    case 'Fn::Join':
      return argument[1].map(asText).join(argument[0]);
    case 'Fn::Sub': {
      const [text, variables = {}] = [argument].flat();
      return text.replace(/\$\{([^}]*)\}/g, (whole: string, key: string) =>
        key in variables ? asText(variables[key]) : whole,
      );
    }
    default:
      return JSON.stringify(value);
  }
}

/** Splits an ARN into six parts. The last part is the resource with its type. Ignores colons in `${…}`. */
export function splitArn(text: string): string[] | undefined {
  const parts = text.split(/:(?![^{]*\})/);
  if (parts[0] !== 'arn' || parts.length < 6) return undefined;
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}
