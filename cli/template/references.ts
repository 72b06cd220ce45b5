import { resourcesOf, type Template } from './template.ts';

/** The property that holds a resource's name, by the resource's type, and the prefix of the name in the ARN's last part. */
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
 * Returns the logical id of the resource of a type that a value refers to: by `Ref` or `Fn::GetAtt`, by an ARN with its name
 * spelled out, or by the name alone. Undefined if the resource is not in this template.
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
 * Formats a value as one text. References are written as `${LogicalId}` or `${LogicalId.Attribute}`, as in `Fn::Sub`, so
 * that equal values in different notations have equal texts. Functions other than these four are left as JSON.
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

/** Splits an ARN's text; the last part is the resource, with its type if it has one. Colons in `${…}` do not count. */
export function splitArn(text: string): string[] | undefined {
  const parts = text.split(/:(?![^{]*\})/);
  if (parts[0] !== 'arn' || parts.length < 6) return undefined;
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}
