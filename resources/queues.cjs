/**
 * Returns the resources and outputs of each queue: the queue, its dead-letter queue, their policies and the subscription. The
 * result also has the resources of each queue's `definitions` file.
 *
 * @param {{ resolveVariable(address: string): Promise<unknown> }} variables
 */
module.exports = async ({ resolveVariable }) => {
  const { queues } = await resolveVariable('self:custom.derived');
  const prefix = `${await resolveVariable('self:service')}-${await resolveVariable('sls:stage')}`;
  const Resources = {};
  const Outputs = {};
  for (const queue of queues) {
    Object.assign(Resources, queueResources(queue, `${prefix}-${queue.kebab}`));
    Object.assign(Outputs, {
      [`${queue.id}Url`]: { Description: queue.purpose, Value: { Ref: queue.id } },
      [`${queue.dlqId}Url`]: { Description: queue.deadLetters, Value: { Ref: queue.dlqId } },
    });
    if (!queue.definitions) continue;
    const own = await resolveVariable(`file(${queue.definitions}):resources, null`);
    Object.assign(Resources, own?.Resources);
    Object.assign(Outputs, own?.Outputs);
  }
  return { Resources, Outputs };
};

function queueResources({ id, dlqId, topic, visibilityTimeout }, name) {
  const resources = {
    [id]: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: name,
        SqsManagedSseEnabled: true,
        VisibilityTimeout: visibilityTimeout,
        ReceiveMessageWaitTimeSeconds: 20,
        MessageRetentionPeriod: 4 * DAY,
        RedrivePolicy: { deadLetterTargetArn: arnOf(dlqId), maxReceiveCount: 3 },
      },
    },
    [dlqId]: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: `${name}-dlq`,
        SqsManagedSseEnabled: true,
        // The maximum. Retention counts from when the message was first sent, so a DLQ must retain longer than its source.
        // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
        MessageRetentionPeriod: 14 * DAY,
        RedriveAllowPolicy: {
          redrivePermission: 'byQueue',
          // Fn::GetAtt would be a circular reference, since the source queue refers to this one.
          sourceQueueArns: [
            { 'Fn::Sub': `arn:\${AWS::Partition}:sqs:\${AWS::Region}:\${AWS::AccountId}:${name}` },
          ],
        },
      },
    },
    [`${id}Policy`]: queuePolicy(id, topic),
    // Lets SNS send what it could not deliver. RedriveAllowPolicy does not apply to SNS: it restricts only source queues.
    // https://docs.aws.amazon.com/sns/latest/dg/sns-configure-dead-letter-queue.html
    [`${dlqId}Policy`]: queuePolicy(dlqId, topic),
  };
  if (topic) resources[`${id}Subscription`] = subscription(id, dlqId, topic);
  return resources;
}

const queuePolicy = (id, topic) => ({
  Type: 'AWS::SQS::QueuePolicy',
  Properties: {
    Queues: [{ Ref: id }],
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        ...(topic ? [allowTopic(id, topic)] : []),
        {
          Sid: 'DenyWithoutTls',
          Effect: 'Deny',
          Principal: '*',
          Action: 'sqs:*',
          Resource: arnOf(id),
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
        // Excludes AWS services, which send on behalf of this account.
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalisawsservice
        {
          Sid: 'DenyOtherAccounts',
          Effect: 'Deny',
          Principal: '*',
          Action: 'sqs:*',
          Resource: arnOf(id),
          Condition: {
            StringNotEquals: { 'aws:PrincipalAccount': { Ref: 'AWS::AccountId' } },
            BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
          },
        },
      ],
    },
  },
});

const allowTopic = (id, topic) => ({
  Sid: 'AllowTopic',
  Effect: 'Allow',
  Principal: { Service: 'sns.amazonaws.com' },
  Action: 'sqs:SendMessage',
  Resource: arnOf(id),
  Condition: {
    ArnEquals: { 'aws:SourceArn': { Ref: topic } },
    StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
  },
});

const subscription = (id, dlqId, topic) => ({
  Type: 'AWS::SNS::Subscription',
  // Without the policies, the queues would refuse messages, which would be lost.
  DependsOn: [`${id}Policy`, `${dlqId}Policy`],
  Properties: {
    TopicArn: { Ref: topic },
    Protocol: 'sqs',
    Endpoint: arnOf(id),
    RawMessageDelivery: true,
    // Without it, SNS discards messages that it cannot deliver.
    // https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
    RedrivePolicy: { deadLetterTargetArn: arnOf(dlqId) },
  },
});

const arnOf = (id) => ({ 'Fn::GetAtt': [id, 'Arn'] });

const DAY = 86_400;
