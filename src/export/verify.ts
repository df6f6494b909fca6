/** @file Is it the same picture? Compares a replay with the file that it was made from, and says why it may differ. */

import { type Picture, toBytes } from '../image.js';
import { packageVersion } from '../package-root.js';
import { type Carried, isUnchanged, portable, thisPlatform } from '../recipe/carry/index.js';
import { svgTags } from '../recipe/carry/svg.js';
import { isObject } from '../recipe/plain-data.js';
import type { Recipe } from '../recipe/schema.js';
import { excerpt } from '../validation.js';

/** How two pictures compare. */
export type Comparison =
	| { readonly same: true }
	| {
			readonly same: false;
			/** Mean and largest absolute difference, where the two have the same shape. */
			readonly mean?: number;
			readonly max?: number;
			/** The difference in words. */
			readonly difference: string;
	  };

/** Compare 8-bit pixels. */
export function comparePictures(a: Picture, b: Picture): Comparison {
	if (a.width !== b.width || a.height !== b.height)
		return { same: false, difference: `${a.width} x ${a.height} pixels, not ${b.width} x ${b.height}` };
	return compareNumbers(toBytes(a), toBytes(b), 'of 255');
}

/** Compare the drawing in two SVGs: every element with its attributes, and the view box; not the size, texts, metadata or white space. */
export function compareSvgs(a: string, b: string): Comparison {
	const [one, other] = [drawingOf(a), drawingOf(b)];
	if (one.length !== other.length) return { same: false, difference: `${one.length} elements, not ${other.length}` };
	if (one.every((element, i) => element === other[i])) return { same: true };
	const numbers = (elements: string[]) =>
		elements
			.join(' ')
			.match(/[+-]?\d*\.?\d+/g)
			?.map(Number) ?? [];
	const [x, y] = [numbers(one), numbers(other)];
	const compared = x.length === y.length ? compareNumbers(x, y, "of the drawing's numbers") : undefined;
	return compared?.same === false ? compared : { same: false, difference: 'other kinds of paths' };
}

/** Elements that draw, as their tags with white space evened out. */
function drawingOf(svg: string): string[] {
	const elements: string[] = [];
	const silent = /^(?:\w+:)?(?:title|desc|metadata)$/;
	let within: string | undefined;
	for (const { kind, name, start, end } of svgTags(svg)) {
		if (within !== undefined) {
			if (kind === 'close' && name === within) within = undefined;
		} else if (silent.test(name)) {
			if (kind === 'open') within = name;
		} else if (/^(?:\w+:)?svg$/.test(name)) {
			elements.push(/viewBox\s*=\s*["'][^"']*["']/.exec(svg.slice(start, end))?.[0] ?? '');
		} else if (kind !== 'close')
			elements.push(
				svg
					.slice(start, end)
					.replace(/\s+/g, ' ')
					.replace(/ ?\/?>$/, ''),
			);
	}
	return elements;
}

function compareNumbers(a: ArrayLike<number>, b: ArrayLike<number>, what: string): Comparison {
	let sum = 0;
	let max = 0;
	for (let i = 0; i < a.length; i++) {
		const d = Math.abs(a[i]! - b[i]!);
		sum += d;
		max = Math.max(max, d);
	}
	if (sum === 0) return { same: true };
	const mean = sum / a.length;
	return { same: false, mean, max, difference: `mean abs difference ${short(mean)}, max ${short(max)} (${what})` };
}

const short = (n: number): string => String(Number(n.toPrecision(4)));

/** What a replay runs with. */
export interface Replayed {
	/** With everything resolved. */
	readonly recipe: Recipe;
	readonly engine: string;
}

/** Why a replay may come out otherwise; empty when everything that is known is the same. */
export function reasonsToDiffer(carried: Carried, replayed: Replayed): string[] {
	const here: readonly (readonly [string, string | undefined, string])[] = [
		['the engine is', carried.engine, replayed.engine],
		['the platform is', carried.platform, thisPlatform()],
		['this is atelier', carried.atelier, packageVersion()],
	];
	return [
		...(carried.mid_step ? ['its run failed in the middle of a step'] : []),
		...(isUnchanged(carried) ? [] : ['its recipe is not the one that it was drawn with']),
		...changedKeys(carried.recipe, replayed.recipe).map(
			({ key, was, is }) => `${key} is ${brief(is)} here, ${brief(was)} in the file`,
		),
		...here.flatMap(([what, was, is]) => (was === undefined || was === is ? [] : [`${what} ${is} here, not ${was}`])),
	];
}

/** Keys in which two recipes differ; names of encoders and pictures do not count, for their hashes say which they are. */
function changedKeys(was: Recipe, is: Recipe): { key: string; was: unknown; is: unknown }[] {
	const leaves = (recipe: Recipe) => {
		const { encoder, images, ...rest } = portable(recipe);
		const { name: _, ...judge } = { ...encoder, others: encoder.others.map(({ name: __, ...other }) => other) };
		const plain = { ...rest, encoder: judge, images: images.map(({ path: _, ...image }) => image) };
		return new Map(leavesOf(plain, ''));
	};
	const [before, after] = [leaves(was), leaves(is)];
	return [...new Set([...before.keys(), ...after.keys()])]
		.map((key) => ({ key, was: before.get(key), is: after.get(key) }))
		.filter((change) => JSON.stringify(change.was) !== JSON.stringify(change.is));
}

function leavesOf(value: unknown, path: string): [string, unknown][] {
	if (!isObject(value)) return [[path, value]];
	return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, path ? `${path}.${key}` : key));
}

const brief = (value: unknown): string => excerpt(JSON.stringify(value) ?? 'left open');
