import * as z from 'zod';

/** As much of a CloudFormation template as is looked at here; what an intrinsic says is compared as it stands. */
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
  // Left out where there is a NotAction instead.
  Action: textOrList.default([]),
  NotAction: textOrList.optional(),
  NotResource: z.unknown().optional(),
  // Left out in a role's trust policy.
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

/** Properties of the resource with that logical id. */
export function propertiesOf(template: Template, id: string): Record<string, unknown> {
  const resource = template.Resources[id];
  if (!resource) throw new Error(`template: no resource ${id}`);
  return resource.Properties;
}

/** Logical ids and properties of the resources of a type, such as `AWS::SQS::Queue`. */
export const resourcesOf = (
  template: Template,
  type: string,
): [id: string, properties: Record<string, unknown>][] =>
  Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, resource]) => [id, resource.Properties]);
