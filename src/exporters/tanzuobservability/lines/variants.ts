/** Variants of one resource; its DAGs, for instance. */
const maxVariants = 64;

/**
 * What was made of a resource by a text that differs from item to item. Holds 64 of them, then starts anew. The resource is
 * the key to its variants, so that they go with it.
 */
export class Variants<R extends object> {
  readonly #byResource = new WeakMap<R, Map<string, R>>();
  readonly #make: (resource: R, text: string) => R;

  constructor(make: (resource: R, text: string) => R) {
    this.#make = make;
  }

  of(resource: R, text: string): R {
    let variants = this.#byResource.get(resource);
    if (variants === undefined || variants.size >= maxVariants) {
      variants = new Map();
      this.#byResource.set(resource, variants);
    }
    let variant = variants.get(text);
    if (variant === undefined) {
      variant = this.#make(resource, text);
      variants.set(text, variant);
    }
    return variant;
  }
}
