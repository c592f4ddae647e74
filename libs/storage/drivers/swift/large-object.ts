/** On the manifest of a large object: the id of its parts, and how many bytes each has but the last. */
export const PARTS_HEADER = 'x-object-meta-firn-parts';
export const PART_SIZE_HEADER = 'x-object-meta-firn-part-size';
/** On whatever Swift puts together of others when it is read. */
export const STATIC_HEADER = 'x-static-large-object';
export const DYNAMIC_HEADER = 'x-object-manifest';
