/** Lengths in UTF-16 units, as a proxy counts them. */
export interface LineLimits {
  readonly spanTags: number;
  readonly spanKeyLength: number;
  readonly spanValueLength: number;
  readonly spanNameLength: number;
  readonly pointTags: number;
  readonly pointKeyLength: number;
  /** Key and value of a point tag together. */
  readonly pointTagLength: number;
  readonly metricNameLength: number;
  readonly sourceLength: number;
  /** `followsFrom` tags of one span; further links go into span logs. */
  readonly spanLinks: number;
}

/** What a proxy of 2023 ships with; the back end of an account may set others. */
export const proxyLimits: LineLimits = {
  spanTags: 20,
  spanKeyLength: 128,
  spanValueLength: 128,
  spanNameLength: 128,
  pointTags: 100,
  pointKeyLength: 253,
  pointTagLength: 254,
  metricNameLength: 1023,
  sourceLength: 1023,
  spanLinks: 5,
};

/**
 * What is documented for an account that nobody changed, where it is less than a proxy lets pass: what is beyond is refused
 * or lost behind the proxy. https://docs.wavefront.com/wavefront_limits.html, wavefront_data_format.html
 */
export const accountLimits: LineLimits = { ...proxyLimits, pointTags: 20, metricNameLength: 256, sourceLength: 128 };
