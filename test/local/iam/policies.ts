import type { AccessRequest, Principal } from '../../../local/iam/access.ts';
import { type Decision, evaluate } from '../../../local/iam/evaluate.ts';
import { compilePolicy, type Statement } from '../../../local/iam/policy.ts';
import { createContext } from '../../../local/iam/request-context.ts';

export const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:orders';
export const TOPIC = 'arn:aws:sns:us-east-1:000000000000:order-events';
export const BUCKET = 'arn:aws:s3:::results';
export const KEY = 'arn:aws:kms:us-east-1:000000000000:key/topics';
export const ACCOUNT = 'arn:aws:iam::000000000000:root';
export const ROLE = 'arn:aws:iam::000000000000:role/consumer';
export const SESSION = 'arn:aws:sts::000000000000:assumed-role/consumer/order-pipeline-dev-consumer';

export const consumer = {
  kind: 'role',
  roleName: 'consumer',
  sessionName: 'order-pipeline-dev-consumer',
} as const satisfies Principal;
export const root: Principal = { kind: 'root' };
export const sns = {
  kind: 'service',
  service: 'sns.amazonaws.com',
  sourceArn: TOPIC,
} as const satisfies Principal;
export const s3 = {
  kind: 'service',
  service: 's3.amazonaws.com',
  sourceArn: BUCKET,
} as const satisfies Principal;

export const KNOWN_ACTIONS: ReadonlySet<string> = new Set([
  'kms:Decrypt',
  'kms:GenerateDataKey',
  'redshift-data:DescribeStatement',
  's3:GetObject',
  's3:ListBucket',
  's3:PutObject',
  'sns:Publish',
  'sqs:DeleteMessage',
  'sqs:ListQueues',
  'sqs:ReceiveMessage',
  'sqs:SendMessage',
]);

type Elements = Readonly<Record<string, unknown>>;

export const policy = (...Statement: readonly Elements[]) => ({ Version: '2012-10-17', Statement });

/** Statements that allow or deny what {@link decide} asks for by default, except for other elements. */
export const allow = (elements: Elements = {}): Elements => statement('Allow', elements);
export const deny = (elements: Elements = {}): Elements => statement('Deny', elements);

function statement(Effect: 'Allow' | 'Deny', elements: Elements): Elements {
  return {
    Effect,
    ...('NotAction' in elements ? {} : { Action: 'sqs:SendMessage' }),
    ...('NotResource' in elements ? {} : { Resource: '*' }),
    ...elements,
  };
}

/** Statements of a resource policy. */
export const allowTo = (Principal: unknown, elements: Elements = {}): Elements =>
  allow({ Principal, ...elements });
export const denyTo = (Principal: unknown, elements: Elements = {}): Elements =>
  deny({ Principal, ...elements });

/** A request with the policies that apply to it. */
export interface Question extends Partial<AccessRequest> {
  by?: Principal;
  /** Statements of the role's policy. */
  role?: Elements | readonly Elements[];
  /** Statements of the resource's policy. */
  own?: Elements | readonly Elements[];
}

/** Decides a request: by default, the consumer sends a message to the order queue. */
export function decide({
  by = consumer,
  action = 'sqs:SendMessage',
  resource = QUEUE,
  context,
  role = [],
  own = [],
}: Question): Decision {
  return evaluate({
    principal: by,
    action,
    resource,
    context: createContext(by, context),
    identityPolicies: compile('identity', [role].flat()),
    resourcePolicy: compile('resource', [own].flat()),
  });
}

function compile(kind: 'identity' | 'resource', statements: readonly Elements[]): Statement[] {
  if (statements.length === 0) return [];
  return compilePolicy(policy(...statements), { kind, place: kind, knownActions: KNOWN_ACTIONS });
}
