/** The sender of a request. */
export type Principal =
  /** The account's administrator, `arn:aws:iam::000000000000:root`. */
  | { kind: 'root' }
  /** A session of a role, as `sts:AssumeRole` returns it. */
  | { kind: 'role'; roleName: string; sessionName: string }
  /** An AWS service that acts for a resource of this account, such as S3 for a bucket. */
  | { kind: 'service'; service: string; sourceArn: string };

/** A request of a principal. */
export interface AccessRequest {
  /** For example `sqs:SendMessage`. */
  action: string;
  /** ARN of the resource, or `*` for an action that applies to none. */
  resource: string;
  /** JSON of the resource's own policy. Default: it has none. Keys' policies are known to {@link Access}. */
  resourcePolicy?: string;
  /** Condition keys of the service, such as `s3:prefix`. Global keys follow from the principal. */
  context?: Readonly<Record<string, string>>;
}

/** A refused request, in AWS's words. */
export interface Denial {
  /** ARN of the principal. */
  principal: string;
  action: string;
  resource: string;
  /** For example `with an explicit deny in a resource-based policy`. */
  reason: string;
  /** The whole message: `User: … is not authorized to perform: … on resource: … because …`. */
  message: string;
}

/** Decides what is allowed. */
export interface Access {
  /** Returns the principal that an access key belongs to, `undefined` if the key is unknown. */
  identify(accessKeyId: string): Principal | undefined;
  /** Returns why a request is refused, `undefined` if it is allowed. Records the statements that it needed. */
  check(principal: Principal, request: AccessRequest): Denial | undefined;
  /** Returns why a resource's policy cannot be enforced, `undefined` if it can. Services refuse such a policy when it is set. */
  validate(resourcePolicy: string): string | undefined;
}
