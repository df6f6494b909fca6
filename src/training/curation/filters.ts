/** @file The filters in their order, each with its threshold: ALIGN's (Jia et al. 2021, section 3), then LAION-400M's (Schuhmann et al. 2021). */

import { AtelierError } from '../../errors.js';
import type { Role } from './columns.js';

/** What a filter is and asks. */
export interface Filter {
	/** Its threshold's option. */
	readonly name: FilterName;
	/** What is dropped, for people; `{}` stands for the threshold. */
	readonly drops: string;
	/** Columns without which it cannot judge. */
	readonly needs: readonly Role[];
	/** Thresholds that make sense, both ends included. */
	readonly range: readonly [low: number, high: number];
	/** Whether thresholds are whole numbers. */
	readonly whole: boolean;
	/** The paper's threshold, where it has this filter. */
	readonly align?: number;
	readonly laion?: number;
	/** SQL over a row of the raw data that is true for what stays; filters that count rows or compare pictures have none. */
	readonly keeps?: (threshold: number) => string;
}

/** Names of the filters. */
export type FilterName =
	| 'max-unsafe'
	| 'min-side'
	| 'max-aspect'
	| 'max-texts-per-image'
	| 'eval-distance'
	| 'eval-cosine'
	| 'max-images-per-text'
	| 'vocabulary'
	| 'min-words'
	| 'max-words'
	| 'min-characters'
	| 'min-bytes'
	| 'min-cosine'
	| 'max-copies';

/** Thresholds by filter; a filter without one is off. */
export type Thresholds = Readonly<Partial<Record<FilterName, number>>>;

const size = ['width', 'height'] as const;
const many = 1e12;

/** A filter that was on but could not judge. */
export interface Skipped {
	readonly name: FilterName;
	readonly why: string;
}

/**
 * Every filter, in the order in which a sample that several would drop is put down to the first. Counts (texts per image,
 * images per text, frequencies of words) are those of the raw data, whatever is dropped; copies alone are looked for among
 * what is left.
 */
export const filters: readonly Filter[] = [
	{
		name: 'max-unsafe',
		drops: 'adult content: unsafe score of {} or more',
		needs: ['unsafe'],
		range: [0, 1],
		whole: false,
		// The papers drop adult content without a number; 0.5 is LAION's on its own classifier.
		align: 0.5,
		laion: 0.5,
		keeps: (t) => `unsafe < ${t}`,
	},
	{
		name: 'min-side',
		drops: 'shorter side of {} px or less',
		needs: size,
		range: [0, many],
		whole: false,
		align: 200,
		keeps: (t) => `width > ${t} AND height > ${t}`,
	},
	{
		name: 'max-aspect',
		drops: 'longer side {} times the shorter or more',
		needs: size,
		range: [1, many],
		whole: false,
		align: 3,
		keeps: (t) => `width < ${t} * height AND height < ${t} * width`,
	},
	{
		name: 'max-texts-per-image',
		drops: 'image with more than {} different texts',
		needs: ['image'],
		range: [1, many],
		whole: true,
		align: 1000,
	},
	{
		name: 'eval-distance',
		drops: 'near-duplicate of an evaluation image: perceptual hashes differ in {} of 512 bits or less',
		needs: [],
		range: [0, 512],
		whole: true,
		// The paper names no detector. Of copies resized or recompressed to half the quality some 90 % differ in less.
		align: 40,
	},
	{
		name: 'eval-cosine',
		drops: 'near-duplicate of an evaluation image: cosine of embeddings {} or more',
		needs: [],
		range: [-1, 1],
		whole: false,
	},
	{
		name: 'max-images-per-text',
		drops: 'text of more than {} images',
		needs: ['image'],
		range: [1, many],
		whole: true,
		align: 10,
	},
	{
		name: 'vocabulary',
		drops: 'text with a word or pair of neighbouring words outside the {} most frequent',
		needs: [],
		range: [1, many],
		whole: true,
		align: 100_000_000,
	},
	{
		name: 'min-words',
		drops: 'text of fewer than {} words',
		needs: [],
		range: [0, many],
		whole: true,
		align: 3,
		keeps: (t) => `len(words) >= ${t}`,
	},
	{
		name: 'max-words',
		drops: 'text of more than {} words',
		needs: [],
		range: [0, many],
		whole: true,
		align: 20,
		keeps: (t) => `len(words) <= ${t}`,
	},
	{
		name: 'min-characters',
		drops: 'text of fewer than {} characters',
		needs: [],
		range: [0, many],
		whole: true,
		laion: 5,
		keeps: (t) => `length(text) >= ${t}`,
	},
	{
		name: 'min-bytes',
		drops: 'image file of fewer than {} bytes',
		needs: ['bytes'],
		range: [0, many],
		whole: true,
		laion: 5000,
		keeps: (t) => `bytes >= ${t}`,
	},
	{
		name: 'min-cosine',
		drops: 'cosine of image and text below {}',
		needs: ['similarity'],
		range: [-1, 1],
		whole: false,
		laion: 0.3,
		keeps: (t) => `similarity >= ${t}`,
	},
	{
		name: 'max-copies',
		drops: 'more than {} of the same URL and text',
		needs: ['url'],
		range: [1, many],
		whole: true,
		laion: 1,
	},
];

/** A filter's bit in the mask of what would drop a sample. Bit 0 says that the picture cannot be read. */
export const bitOf = (name: FilterName): number => 2 << filters.findIndex((filter) => filter.name === name);

/** Name of the mask's bit 0 in reports. */
export const unreadable = 'unreadable';

/** Sets of thresholds by name. */
export const presets = {
	all: thresholds((filter) => filter.align ?? filter.laion),
	align: thresholds((filter) => filter.align),
	laion: thresholds((filter) => filter.laion),
	none: {} as Thresholds,
} as const;

function thresholds(of: (filter: Filter) => number | undefined): Thresholds {
	return Object.fromEntries(filters.flatMap((filter) => (of(filter) === undefined ? [] : [[filter.name, of(filter)]])));
}

/** @throws AtelierError E_ARGUMENT for a threshold that makes no sense */
export function checkThresholds(given: Thresholds): void {
	for (const { name, range, whole } of filters) {
		const value = given[name];
		if (value === undefined) continue;
		if (!(value >= range[0] && value <= range[1]) || (whole && !Number.isInteger(value)))
			throw new AtelierError(
				'E_ARGUMENT',
				`expected --${name} as ${whole ? 'a whole number' : 'a number'} from ${range[0]} to ${range[1]}, or off, got ${value}`,
			);
	}
}
