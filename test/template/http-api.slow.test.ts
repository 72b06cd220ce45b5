import { beforeAll, describe, expect, it } from 'vitest';
import { propertiesOf, resourcesOf, type Template } from '../../cli/template/template.ts';
import { packageStack } from '../run-serverless.ts';
import { JWT, TUNED, TUNED_STAGE } from './parameter-sets.ts';
import { resolveWith } from './resolve-with.ts';
import { listDangling } from './template.ts';

const ROUTES = {
  'POST /orders': 'orders.write',
  'POST /orders/generate': 'orders.generate',
  'GET /orders/{order_id}': 'orders.read',
  'GET /reports/sales': 'reports.read',
  'POST /customers': 'customers.write',
  'DELETE /customers/{email_id}': 'customers.write',
};

const routesOf = (template: Template) => {
  const routes = resourcesOf(template, 'AWS::ApiGatewayV2::Route').map(([, { RouteKey, ...route }]) => [
    RouteKey,
    route,
  ]);
  return Object.fromEntries(routes) as Record<string, Record<string, unknown>>;
};

describe('the HTTP API', { timeout: 120_000 }, () => {
  let template: Template;
  beforeAll(async () => {
    ({ template } = await packageStack('test'));
  }, 120_000);

  it('accepts requests signed by IAM principals only', () => {
    const types = Object.entries(routesOf(template)).map(([key, route]) => [key, route.AuthorizationType]);
    expect(Object.fromEntries(types)).toEqual(
      Object.fromEntries(Object.keys(ROUTES).map((key) => [key, 'AWS_IAM'])),
    );
    expect(resourcesOf(template, 'AWS::ApiGatewayV2::Authorizer')).toEqual([]);
  });

  it('limits POST /orders less strictly than the other routes', () => {
    expect(propertiesOf(template, 'HttpApiStage')).toMatchObject({
      DefaultRouteSettings: { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 },
      RouteSettings: { 'POST /orders': { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1_000 } },
    });
    expect(template.Resources.HttpApiStage?.DependsOn).toContain('HttpApiRoutePostOrders');
    expect(propertiesOf(template, 'HttpApiRoutePostOrders').RouteKey).toBe('POST /orders');
  });

  it('logs the route and outcome of each request, but no path, query, address or caller', () => {
    const { AccessLogSettings } = propertiesOf(template, 'HttpApiStage');
    const { Format } = AccessLogSettings as { Format: string };
    const variables = [...Format.matchAll(/\$context\.[\w.]+/g)].map(([variable]) => variable);
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
    expect(variables.toSorted()).toEqual([
      '$context.error.responseType',
      '$context.integrationStatus',
      '$context.requestId',
      '$context.requestTime',
      '$context.responseLatency',
      '$context.responseLength',
      '$context.routeKey',
      '$context.status',
    ]);
    expect(Object.keys(JSON.parse(Format))).toHaveLength(variables.length);
    expect(propertiesOf(template, 'HttpApiLogGroup').RetentionInDays).toBe(30);
  });

  it('does not allow cross-origin requests', () => {
    expect(propertiesOf(template, 'HttpApi').CorsConfiguration).toBeUndefined();
  });
});

describe('the HTTP API with httpAuthorizer=jwt', { timeout: 120_000 }, () => {
  it('accepts tokens of one issuer for one audience, with a scope for each kind of route', async () => {
    const { template } = await packageStack('test', ...JWT);
    expect(resourcesOf(template, 'AWS::ApiGatewayV2::Authorizer')).toEqual([
      [
        'HttpApiAuthorizerJwt',
        {
          ApiId: { Ref: 'HttpApi' },
          Name: 'jwt',
          AuthorizerType: 'JWT',
          IdentitySource: ['$request.header.Authorization'],
          JwtConfiguration: { Audience: ['orders'], Issuer: 'https://issuer.example.com' },
        },
      ],
    ]);
    for (const [key, route] of Object.entries(routesOf(template))) {
      expect(route, key).toMatchObject({
        AuthorizationType: 'JWT',
        AuthorizerId: { Ref: 'HttpApiAuthorizerJwt' },
        AuthorizationScopes: [ROUTES[key as keyof typeof ROUTES]],
      });
    }
    expect(Object.keys(routesOf(template)).toSorted()).toEqual(Object.keys(ROUTES).toSorted());
    expect(listDangling(template)).toEqual([]);
  });

  it('adds the scope prefix to scopes, and applies limits set by parameters', async () => {
    const { template } = await packageStack(TUNED_STAGE, ...TUNED);
    expect(routesOf(template)['POST /orders']?.AuthorizationScopes).toEqual([
      'https://shop.example.com/orders.write',
    ]);
    expect(propertiesOf(template, 'HttpApiStage')).toMatchObject({
      DefaultRouteSettings: { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 7 },
      RouteSettings: { 'POST /orders': { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 1_000 } },
    });
  });

  it.each([
    ['no issuer', JWT.slice(0, 1), 'parameter jwtIssuerUrl: must be the https URL of the token issuer'],
    ['an issuer without TLS', JWT.with(1, 'jwtIssuerUrl=http://a.example'), 'received "http://a.example"'],
    ['no audience', JWT.slice(0, 2), 'parameter jwtAudience: must be the audience of the tokens'],
    [
      'another kind of authorizer',
      ['httpAuthorizer=none'],
      'parameter httpAuthorizer: must be "iam" or "jwt"',
    ],
  ])('is rejected with %s, and the error names the parameter', async (_case, params, message) => {
    await expect(resolveWith(...params)).rejects.toThrow(message);
  });
});
