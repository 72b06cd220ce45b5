const CHANGE_VISIBILITY = 'sqs:ChangeMessageVisibility';
const TRACING = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'];
const WHY_ANY_RESOURCE =
  'X-Ray supports no resource-level permissions for this action: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html';

/**
 * Corrects the roles that serverless-iam-roles-per-function creates. It removes permissions that no function needs:
 *
 * - the shared role that Serverless creates for functions without a role of their own;
 * - the permission to create log groups. CloudFormation creates them. A function that logs during `serverless remove` would
 *   create its group again, without a retention.
 *
 * It adds two permissions: to send traces to X-Ray, which that plugin leaves to the shared role; and, for consumers of queues,
 * to set when failed messages become visible again.
 */
module.exports = class TrimRoles {
  /** @param {import('serverless')} serverless */
  constructor(serverless) {
    this.hooks = {
      // Runs after the other plugin's hook of the same name, which copies the shared role: plugins run in the order listed.
      'before:package:finalize': () => {
        const { Resources } = serverless.service.provider.compiledCloudFormationTemplate;
        delete Resources[serverless.getProvider('aws').naming.getRoleLogicalId()];
        for (const resource of Object.values(Resources)) {
          if (resource.Type !== 'AWS::IAM::Role') continue;
          const { Statement } = resource.Properties.Policies[0].PolicyDocument;
          for (const statement of Statement) {
            statement.Action = [statement.Action].flat().filter((action) => action !== 'logs:CreateLogGroup');
          }
          if (!isForFunction(resource)) continue;
          const polling = Statement.find(({ Action }) => Action.includes('sqs:ReceiveMessage'));
          if (polling)
            Statement.push({ Effect: 'Allow', Action: [CHANGE_VISIBILITY], Resource: polling.Resource });
          Statement.push({ Effect: 'Allow', Action: TRACING, Resource: '*' });
          resource.Metadata = {
            WildcardReasons: Object.fromEntries(TRACING.map((action) => [action, WHY_ANY_RESOURCE])),
          };
        }
      },
    };
  }
};

const isForFunction = ({ Properties }) =>
  Properties.AssumeRolePolicyDocument.Statement.some(({ Principal }) =>
    [Principal.Service].flat().includes('lambda.amazonaws.com'),
  );
