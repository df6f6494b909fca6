/** @file Sizes of files for people. */

/** 12.3 kB, 15.2 MB, 1.71 GB. */
export function sizeInWords(bytes: number): string {
	if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
	return bytes < 1e9 ? `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
