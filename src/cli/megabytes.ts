/** @file Sizes for people. */

/** 15.2 MB, 1.71 GB. */
export const megabytes = (bytes: number): string =>
	bytes < 1e9 ? `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
