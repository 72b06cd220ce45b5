import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { AccessSettings, RoleSettings } from '../iam/create-access.ts';
import type { FunctionCredentials } from '../lambda/function-credentials.ts';
import type { DataApiTarget, DatabaseName } from '../postgres/data-api-calls.ts';
import { ACCOUNT_ID, REGION } from './account.ts';
import { evaluateIntrinsics } from './evaluate-intrinsics.ts';
import { listReferences } from './list-references.ts';
import type { PackagedTemplate } from './package-stack.ts';
import { readAttributes } from './read-stack.ts';

/** The identities of a stack, and what they may do. */
export interface StackAccess {
  settings: AccessSettings;
  /** Credentials of the functions, and of workers that run them instead of Lambda. By the function's name in serverless.yml. */
  functions: Map<string, { function: FunctionCredentials; worker: FunctionCredentials }>;
  /** JSON of policies by the URLs of queues, ARNs of topics and names of buckets. */
  resourcePolicies: Map<string, string>;
  /** The databases on AWS. One Postgres stands in for both. ARNs are empty for a disabled part. */
  databases: Record<DatabaseName, DataApiTarget>;
}

/** Access key of the account's administrator, for clients outside the stack. */
const ADMINISTRATOR = 'local';

const document = z.record(z.string(), z.unknown());
const role = z.object({
  RoleName: z.string().optional(),
  Policies: z.array(z.object({ PolicyDocument: document })).default([]),
  // AWS's own policies are not known here.
  ManagedPolicyArns: z.array(z.never()).default([]),
  PermissionsBoundary: z.undefined().optional(),
});
const policy = z.object({ Roles: z.array(z.string()), PolicyDocument: document });
const lambdaFunction = z.object({ FunctionName: z.string(), Role: z.string() });
const key = z.object({ KeyPolicy: document });
const resourcePolicies = {
  'AWS::SQS::QueuePolicy': z
    .object({ Queues: z.array(z.string()), PolicyDocument: document })
    .transform(({ Queues, PolicyDocument }) => ({ resources: Queues, PolicyDocument })),
  'AWS::SNS::TopicPolicy': z
    .object({ Topics: z.array(z.string()), PolicyDocument: document })
    .transform(({ Topics, PolicyDocument }) => ({ resources: Topics, PolicyDocument })),
  'AWS::S3::BucketPolicy': z
    .object({ Bucket: z.string(), PolicyDocument: document })
    .transform(({ Bucket, PolicyDocument }) => ({ resources: [Bucket], PolicyDocument })),
};

/**
 * Reads roles, keys and policies of a packaged template. Each function has its role, with credentials of its own. A worker that
 * runs the function has a role of its own with the same rights, as a fleet has on AWS (plugins/worker-fleet.cjs).
 *
 * @param prefix Prefix of a function's name on AWS: `SERVICE-STAGE-`.
 * @param endpoint Endpoint of SQS, SNS and S3. Queue URLs begin with it.
 * @throws Error with the resource whose policies cannot be read
 */
export function readAccess(template: PackagedTemplate, prefix: string, endpoint: string): StackAccess {
  const { Resources, Outputs } = template;
  const attributes = attributesOf(template, endpoint);
  const ofType = <Schema extends z.ZodType>(type: string, schema: Schema): [id: string, z.output<Schema>][] =>
    Object.entries(Resources)
      .filter(([, { Type }]) => Type === type)
      .map(([id, { Properties = {} }]) => [id, read(id, schema, evaluateIntrinsics(Properties, attributes))]);

  const roles = new Map(
    ofType('AWS::IAM::Role', role).map(([id, { RoleName = id, Policies }]) => {
      const policies = Policies.map(({ PolicyDocument }, index) => ({
        place: `${id}.Policies[${index}]`,
        document: PolicyDocument,
      }));
      return [id, { name: RoleName, policies }] as const;
    }),
  );
  for (const [id, { Roles, PolicyDocument }] of ofType('AWS::IAM::Policy', policy)) {
    for (const roleId of Roles) roles.get(roleId)?.policies.push({ place: id, document: PolicyDocument });
  }

  const functions: StackAccess['functions'] = new Map();
  const used = new Set<string>();
  const settings: RoleSettings[] = [];
  const addRole = (name: string, sessionName: string, policies: RoleSettings['policies']) => {
    const credentials = credentialsOf(name);
    settings.push({ name, sessionName, accessKeyId: credentials.accessKeyId, policies });
    const principal = { kind: 'role', roleName: name, sessionName } as const;
    return { ...credentials, principal };
  };
  for (const [id, { FunctionName, Role }] of ofType('AWS::Lambda::Function', lambdaFunction)) {
    const roleId = Role.replace(/^.*[:/]/, '');
    const own = roles.get(roleId);
    if (!own) throw new Error(`${id}: the role of the function must be in the stack, received ${Role}`);
    used.add(roleId);
    functions.set(FunctionName.slice(prefix.length), {
      function: addRole(own.name, FunctionName, own.policies),
      worker: addRole(`${own.name}-worker`, 'worker', own.policies),
    });
  }
  for (const [id, { name, policies }] of roles) if (!used.has(id)) addRole(name, id, policies);

  const output = (name: string): string =>
    name in Outputs ? String(evaluateIntrinsics(Outputs[name]?.Value, attributes)) : '';
  return {
    databases: {
      shipping: { resource: output('ShippingDatabaseArn'), secret: output('ShippingDatabaseSecretArn') },
      sales: { resource: output('SalesWarehouseArn'), secret: output('SalesWarehouseSecretArn') },
    },
    settings: {
      administrators: [ADMINISTRATOR],
      roles: settings,
      keys: ofType('AWS::KMS::Key', key).map(([id, { KeyPolicy }]) => ({
        arn: attributes.get(`${id}.Arn`) ?? id,
        place: `${id}.KeyPolicy`,
        policy: KeyPolicy,
      })),
    },
    functions,
    resourcePolicies: new Map(
      Object.entries(resourcePolicies).flatMap(([type, schema]) =>
        ofType(type, schema).flatMap(([, { resources, PolicyDocument }]) =>
          resources.map((resource) => [resource, JSON.stringify(PolicyDocument)] as const),
        ),
      ),
    ),
  };
}

/** Returns the values of all references. Each attribute of an AWS-only resource gets a generated ARN. */
function attributesOf({ Resources, Outputs }: PackagedTemplate, endpoint: string): Map<string, string> {
  const attributes = readAttributes(Object.entries(Resources), endpoint);
  for (const place of listReferences({ Resources, Outputs })) {
    const [id = ''] = place.split('.');
    const type = Resources[id]?.Type;
    if (attributes.has(place) || type === undefined) continue;
    const service = type.split('::')[1]?.toLowerCase();
    attributes.set(place, `arn:aws:${service}:${REGION}:${ACCOUNT_ID}:${place}`);
  }
  return attributes;
}

/**
 * Derives the credentials of a role's session from its name, so that they are the same after a restart. They protect nothing:
 * signatures are not verified, and everything listens on 127.0.0.1.
 */
function credentialsOf(roleName: string) {
  const hash = createHash('sha256').update(roleName).digest('hex').toUpperCase();
  // AWS's temporary keys have this form: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
  return {
    accessKeyId: `ASIA${hash.slice(0, 16)}`,
    secretAccessKey: hash.slice(16, 56),
    sessionToken: hash.slice(56),
  };
}

function read<Schema extends z.ZodType>(place: string, schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Error(`${place}: the embedded cloud cannot enforce this: ${z.prettifyError(result.error)}`);
}
