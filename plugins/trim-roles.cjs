const SET_PACE = 'sqs:ChangeMessageVisibility';
const TRACING = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'];
const WHY_ANY_RESOURCE =
  'X-Ray knows no resource for this action: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html';

/**
 * Takes out of the template what serverless-iam-roles-per-function leaves or puts there beyond what the functions need:
 *
 * - the role that Serverless makes for functions that have none of their own, allowed to do all that any mapping needs;
 * - the right to make log groups. CloudFormation makes them, so all it could do is bring one back, to be kept for ever,
 *   when a function logs its last lines during `serverless remove`.
 *
 * And gives the functions the right to be traced, which that plugin leaves to the shared role, and those of queues the right
 * to set when failed messages become visible again.
 */
module.exports = class TrimRoles {
  /** @param {import('serverless')} serverless */
  constructor(serverless) {
    this.hooks = {
      // After the other plugin's hook of the same name, which copies the shared role: plugins run in the order listed.
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
          // That plugin gives what the mapping needs; the function itself sets when failed messages become visible again.
          const polling = Statement.find(({ Action }) => Action.includes('sqs:ReceiveMessage'));
          if (polling) Statement.push({ Effect: 'Allow', Action: [SET_PACE], Resource: polling.Resource });
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
