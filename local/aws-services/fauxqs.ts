import type { FastifyReply, FastifyRequest } from 'fastify';
import { buildApp } from 'fauxqs';

/*
 * The internal modules of fauxqs 2.4.1. fauxqs exports only its app, so types are derived from the app's options and
 * modules are imported by their path.
 */
type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;

export type SqsStore = Stores['sqsStore'];
export type SnsStore = Stores['snsStore'];
export type S3Store = Stores['s3Store'];
export type SqsQueue = NonNullable<ReturnType<SqsStore['getQueueByName']>>;
export type SnsSubscription = NonNullable<ReturnType<SnsStore['getSubscription']>>;
type SqsMessage = Parameters<SqsQueue['enqueue']>[0];
export type MessageSpy = NonNullable<S3Store['spy']>;
export type PersistenceManager = NonNullable<SqsStore['persistence']>;
export type FauxqsApp = ReturnType<typeof buildApp>;

/** A request of SNS's query protocol, with flat names such as `MessageAttributes.entry.1.Name`. */
export type QueryForm = Record<string, string>;
type SnsAction = (form: QueryForm, snsStore: SnsStore, sqsStore: SqsStore) => string;

const inner = <Module>(path: string): Promise<Module> =>
  import(new URL(path, import.meta.resolve('fauxqs')).href);

export { buildApp };
export const { SqsStore, SqsQueue } = await inner<{
  SqsStore: (new () => SqsStore) & {
    createMessage(body: string, attributes?: SqsMessage['messageAttributes']): SqsMessage;
  };
  SqsQueue: { prototype: SqsQueue };
}>('./sqs/sqsStore.js');
export const { SnsStore } = await inner<{ SnsStore: new () => SnsStore }>('./sns/snsStore.js');
export const { S3Store } = await inner<{ S3Store: new () => S3Store }>('./s3/s3Store.js');
export const { MessageSpy } = await inner<{ MessageSpy: new () => MessageSpy }>('./spy.js');
export const { PersistenceManager } = await inner<{
  PersistenceManager: new (dataDir: string) => PersistenceManager;
}>('./persistence.js');

/** Executes SNS's Publish and returns its XML, or throws an {@link SnsError}. */
export const { publish } = await inner<{ publish: SnsAction }>('./sns/actions/publish.js');
export const { subscribe } = await inner<{ subscribe: SnsAction }>('./sns/actions/subscribe.js');
export const { unsubscribe } = await inner<{ unsubscribe: SnsAction }>('./sns/actions/unsubscribe.js');
export const { setSubscriptionAttributes } = await inner<{ setSubscriptionAttributes: SnsAction }>(
  './sns/actions/setSubscriptionAttributes.js',
);
export const { deleteTopic } = await inner<{ deleteTopic: SnsAction }>('./sns/actions/deleteTopic.js');
type FilterPolicy = Record<string, unknown>;
export const { matchesFilterPolicy, matchesFilterPolicyOnBody } = await inner<{
  matchesFilterPolicy(
    policy: FilterPolicy,
    attributes: Record<string, { DataType: string; StringValue: string }>,
  ): boolean;
  matchesFilterPolicyOnBody(policy: FilterPolicy, body: string): boolean;
}>('./sns/filter.js');
export const { SnsRouter } = await inner<{
  SnsRouter: new (
    snsStore: SnsStore,
    sqsStore: SqsStore,
  ) => {
    register(action: string, handler: SnsAction): void;
    handle(request: FastifyRequest, reply: FastifyReply): Promise<string>;
  };
}>('./sns/snsRouter.js');
export const { snsSuccessResponse, escapeXml } = await inner<{
  snsSuccessResponse(action: string, resultXml: string): string;
  escapeXml(text: string): string;
}>('./common/xml.js');

type CodedError = new (code: string, message: string, statusCode?: number) => Error & { code: string };
export const { SnsError, S3Error } = await inner<{ SnsError: CodedError; S3Error: CodedError }>(
  './common/errors.js',
);
export const { INVALID_MESSAGE_BODY_CHAR } = await inner<{ INVALID_MESSAGE_BODY_CHAR: RegExp }>(
  './sqs/sqsTypes.js',
);
export const { DEFAULT_ACCOUNT_ID: ACCOUNT_ID, DEFAULT_REGION: REGION } = await inner<{
  DEFAULT_ACCOUNT_ID: string;
  DEFAULT_REGION: string;
}>('./common/types.js');
