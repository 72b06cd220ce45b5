/**
 * What each queue of the stage is on AWS: the queue, its dead-letter queue, who may use them, its subscription, and the
 * outputs by which others find it. Beside that come the resources of its own file.
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
        // The most there is. A message's age counts from when it was first sent, so a DLQ must outlive its source.
        // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
        MessageRetentionPeriod: 14 * DAY,
        RedriveAllowPolicy: {
          redrivePermission: 'byQueue',
          // Spelled out: the source already refers to this queue, and CloudFormation allows no circle.
          sourceQueueArns: [
            { 'Fn::Sub': `arn:\${AWS::Partition}:sqs:\${AWS::Region}:\${AWS::AccountId}:${name}` },
          ],
        },
      },
    },
    [`${id}Policy`]: queuePolicy(id, topic),
    // For what SNS itself could not deliver. RedriveAllowPolicy does not bear on that: it says which queues may name this
    // one as theirs, while SNS sends here like any other sender.
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
        // No one outside this account, whatever another statement allows some day; AWS services act for their own.
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
  // Without the policies, what is published before they exist would be refused by the queues and lost.
  DependsOn: [`${id}Policy`, `${dlqId}Policy`],
  Properties: {
    TopicArn: { Ref: topic },
    Protocol: 'sqs',
    Endpoint: arnOf(id),
    RawMessageDelivery: true,
    // What SNS cannot deliver is discarded otherwise.
    // https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
    RedrivePolicy: { deadLetterTargetArn: arnOf(dlqId) },
  },
});

const arnOf = (id) => ({ 'Fn::GetAtt': [id, 'Arn'] });

const DAY = 86_400;
