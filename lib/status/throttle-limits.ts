/** Invocations at once that may be set: https://docs.aws.amazon.com/lambda/latest/api/API_ScalingConfig.html */
export const THROTTLE = { least: 2, most: 1_000 } as const;
