/** @file Curation of image-text pairs: ALIGN's and LAION's filters over shards and Parquet metadata. */

export { type Columns, type Role, roles } from './columns.js';
export { type CurateOptions, type CurationProgress, curate } from './curate.js';
export { type Filter, type FilterName, filters, presets, type Thresholds } from './filters.js';
export type { CurationReport, DroppedSample, FilterReport } from './report.js';
