import { queueMappings } from './queues.ts';
import { asText, findReferred } from './references.ts';
import { propertiesOf, readNumber, readProperty, resourcesOf, type Template } from './template.ts';

/**
 * Default concurrency of an account in a region, which is the limit of a function without a limit of its own.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const ACCOUNT_CONCURRENCY = 1_000;

/** Assumed for functions without a queue or route: an operator and a deployment may invoke them at the same time. */
const MANUAL_CONCURRENCY = 2;

/**
 * Returns the maximum number of concurrent invocations of a function: the limits of its mappings and routes, up to its
 * reserved concurrency.
 *
 * The limit of a route is the burst limit of its stage. More invocations can run concurrently if responses take longer than
 * burst / rate seconds; only reserved concurrency prevents that.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
 */
export function functionConcurrency(template: Template, id: string): number {
  const mappings = queueMappings(template)
    .filter(({ functionId }) => functionId === id)
    .map(({ properties }) =>
      readNumber(readProperty(properties, 'ScalingConfig.MaximumConcurrency'), ACCOUNT_CONCURRENCY),
    );
  const sources = [...mappings, ...burstsOf(template, id)];
  const most = sources.length > 0 ? sources.reduce((sum, each) => sum + each, 0) : MANUAL_CONCURRENCY;
  return Math.min(most, readNumber(propertiesOf(template, id).ReservedConcurrentExecutions, most));
}

/** Returns the burst limit of each route to the function. A stage's default settings apply to each route separately. */
function burstsOf(template: Template, id: string): number[] {
  const integrations = resourcesOf(template, 'AWS::ApiGatewayV2::Integration')
    .filter(
      ([, { IntegrationUri }]) => findReferred(template, 'AWS::Lambda::Function', IntegrationUri) === id,
    )
    .map(([integrationId]) => `\${${integrationId}}`);
  return resourcesOf(template, 'AWS::ApiGatewayV2::Route')
    .filter(([, { Target }]) => integrations.some((integration) => asText(Target).endsWith(integration)))
    .map(([, route]) => burstOf(template, route));
}

function burstOf(template: Template, { ApiId, RouteKey }: Record<string, unknown>): number {
  const stages = resourcesOf(template, 'AWS::ApiGatewayV2::Stage')
    .filter(([, stage]) => asText(stage.ApiId) === asText(ApiId))
    .map(([, stage]) => stage);
  const bursts = stages.map((stage) => {
    const own = stage.RouteSettings as Record<string, unknown> | undefined;
    const settings = own?.[String(RouteKey)] ?? stage.DefaultRouteSettings;
    return readNumber(readProperty(settings, 'ThrottlingBurstLimit'), ACCOUNT_CONCURRENCY);
  });
  return bursts.length > 0 ? bursts.reduce((sum, each) => sum + each, 0) : ACCOUNT_CONCURRENCY;
}
