import * as z from 'zod';

/** A CloudFormation template whose intrinsic functions are not evaluated. */
export interface Template {
  Resources: Record<string, Resource>;
  Outputs: Record<string, { Value: unknown }>;
}

export interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
  DependsOn?: string | string[];
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  Metadata?: Record<string, unknown>;
}

const textOrList = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

const statement = z.object({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.unknown().optional(),
  // Absent if there is a NotAction instead.
  Action: textOrList.default([]),
  NotAction: textOrList.optional(),
  NotResource: z.unknown().optional(),
  // Absent in a role's trust policy.
  Resource: z
    .unknown()
    .optional()
    .transform((value): unknown[] => [value ?? []].flat()),
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
});

export type Statement = z.output<typeof statement>;

/** The statements of a policy document, with actions and resources as lists. */
export const readStatements = (policyDocument: unknown): Statement[] =>
  [z.object({ Statement: z.union([z.array(statement), statement]) }).parse(policyDocument).Statement].flat();

/** Returns the properties of a resource. */
export function propertiesOf(template: Template, id: string): Record<string, unknown> {
  const resource = template.Resources[id];
  if (!resource) throw new Error(`template: no resource ${id}`);
  return resource.Properties;
}

/** Returns the logical ids and properties of the resources of a type, such as `AWS::SQS::Queue`. */
export const resourcesOf = (
  template: Template,
  type: string,
): [id: string, properties: Record<string, unknown>][] =>
  Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, resource]) => [id, resource.Properties]);

/** Returns the value at a path such as `ScalingConfig.MaximumConcurrency`; undefined if the path ends early. */
export const readProperty = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((outer, key) => (outer as Record<string, unknown> | undefined)?.[key], value);

/** Reads a number, also if it is a text; NaN for any other value. Stage parameters of the command line are texts. */
export const readNumber = (value: unknown, otherwise: number): number => {
  if (value === undefined) return otherwise;
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
};

/** Reads a property that may be a list, one value, or absent. */
export const readList = (value: unknown): unknown[] => (value === undefined ? [] : [value].flat());

/** Removes the properties that are `AWS::NoValue`, which CloudFormation treats as absent. */
export const withoutNoValue = (template: Template): Template => strip(template) as Template;

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !isNoValue(item)).map(strip);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, item]) => !isNoValue(item));
  return Object.fromEntries(kept.map(([key, item]) => [key, strip(item)]));
}

const isNoValue = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'Ref' in value && value.Ref === 'AWS::NoValue';
