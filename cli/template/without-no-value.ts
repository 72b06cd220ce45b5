import type { Template } from './template.ts';

/** The same template without the properties that are `AWS::NoValue`: for CloudFormation they are not there. */
export const withoutNoValue = (template: Template): Template => strip(template) as Template;

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !isNoValue(item)).map(strip);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, item]) => !isNoValue(item));
  return Object.fromEntries(kept.map(([key, item]) => [key, strip(item)]));
}

const isNoValue = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'Ref' in value && value.Ref === 'AWS::NoValue';
