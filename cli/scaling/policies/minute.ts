/** What CloudWatch knows of one minute. */
export interface Minute {
  /** `ApproximateNumberOfMessagesVisible` of the order queue. */
  visible: number;
  /** Instances of the group that were at work. */
  inService: number;
}
