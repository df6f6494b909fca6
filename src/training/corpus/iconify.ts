/** @file Reads icon sets in the Iconify JSON format and offers the icons whose name belongs to a concept. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AtelierError } from '../../errors.js';
import type { ConceptMatcher } from './concepts.js';
import { cleanName, plainWords } from './names.js';
import {
	type CollectionInfo,
	colorSets,
	defaultHoldOut,
	emojiGlyphSets,
	emojiSets,
	type ImageKind,
	isGlyphSet,
	licenceAllowed,
	sameOriginals,
	shareAlikeSets,
} from './sources.js';

const iconSchema = z.object({
	body: z.string(),
	left: z.number().optional(),
	top: z.number().optional(),
	width: z.number().optional(),
	height: z.number().optional(),
	hidden: z.boolean().optional(),
});
const setSchema = z.object({
	prefix: z.string(),
	info: z.object({
		name: z.string(),
		version: z.string().optional(),
		category: z.string().optional(),
		palette: z.boolean().optional(),
		author: z.object({ name: z.string(), url: z.string().optional() }).optional(),
		license: z.object({ title: z.string(), spdx: z.string().optional() }),
	}),
	icons: z.record(z.string(), iconSchema),
	aliases: z.record(z.string(), z.looseObject({ parent: z.string() })).optional(),
	chars: z.record(z.string(), z.string()).optional(),
	suffixes: z.record(z.string(), z.string()).optional(),
	prefixes: z.record(z.string(), z.string()).optional(),
	width: z.number().optional(),
	height: z.number().optional(),
});
export type IconSet = z.infer<typeof setSchema>;
export type Icon = z.infer<typeof iconSchema>;

/** A picture that may enter the corpus. */
export interface Candidate {
	readonly concept: number;
	readonly kind: ImageKind;
	readonly source: string;
	readonly name: string;
	/** Its name among emoji, where that is known. */
	readonly label?: string;
	readonly heldOut: boolean;
	/** The SVG text, or the path of an SVG file. */
	readonly svg: string | { readonly path: string };
}

/** A set of pictures and the terms under which it comes. */
export interface SourceInfo {
	readonly name: string;
	readonly title: string;
	/** Whose pictures they are, and where their originals are. */
	readonly author?: string;
	readonly package: string;
	readonly version: string;
	readonly licence: string;
}

/** One-colour drawings of one name and set beyond this many are near copies. */
const stylesKept = 2;

/** A set of the corpus, the kind of its images, and whether they are held out. */
export type ChosenSet = readonly [prefix: string, kind: ImageKind, heldOut: boolean];

/**
 * The sets that the corpus uses, in a fixed order, those held out last.
 *
 * @throws AtelierError E_ARGUMENT for a set to hold out that there is none of
 */
export function chooseSets(
	collections: Readonly<Record<string, CollectionInfo>>,
	holdOut: readonly string[] = defaultHoldOut,
): ChosenSet[] {
	const chosen: [string, ImageKind][] = [];
	const usable = (prefix: string): boolean => licenceAllowed(collections[prefix]?.license?.spdx);
	for (const prefix of emojiSets) if (usable(prefix)) chosen.push([prefix, 'emoji']);
	for (const prefix of colorSets) if (usable(prefix)) chosen.push([prefix, 'color']);
	for (const prefix of Object.keys(collections).sort()) {
		const info = collections[prefix];
		if (info && isGlyphSet(prefix, info)) chosen.push([prefix, 'glyph']);
	}
	const [trainable] = shareAlikeSets;
	for (const prefix of shareAlikeSets)
		if (collections[prefix] && (prefix === trainable || holdOut.includes(prefix))) chosen.push([prefix, 'emoji']);
	const stranger = holdOut.find((prefix) => !chosen.some(([known]) => known === prefix));
	if (stranger !== undefined)
		throw new AtelierError(
			'E_ARGUMENT',
			`expected sets of pictures to hold out, got '${stranger}'; sets of emoji: ${[...emojiSets, ...shareAlikeSets].join(', ')}`,
		);
	const copies = sameOriginals.filter((group) => group.some((prefix) => holdOut.includes(prefix))).flat();
	const of = (heldOut: boolean) =>
		chosen.flatMap(([prefix, kind]): ChosenSet[] => {
			if (holdOut.includes(prefix) !== heldOut || (!heldOut && copies.includes(prefix))) return [];
			return [[prefix, kind, heldOut]];
		});
	return [...of(false), ...of(true)];
}

/** What `@iconify/json` says about its sets, by prefix. @throws AtelierError E_CORPUS when it is missing */
export async function readCollections(folder: string): Promise<Record<string, CollectionInfo>> {
	const path = join(folder, 'collections.json');
	try {
		return JSON.parse(await readFile(path, 'utf8')) as Record<string, CollectionInfo>;
	} catch (cause) {
		throw new AtelierError('E_CORPUS', `expected the list of sets in ${path}; install @iconify/json again`, { cause });
	}
}

/** Where a set comes from. @param version of the package */
export const setInfo = ({ prefix, info }: IconSet, version: string): SourceInfo => ({
	name: prefix,
	title: info.name,
	...(info.author && { author: [info.author.name, ...(info.author.url ? [info.author.url] : [])].join(', ') }),
	package: '@iconify/json',
	version,
	licence: info.license.spdx ?? info.license.title,
});

/** Read one set from `@iconify/json`. @throws AtelierError E_CORPUS when it is missing or of another form */
export async function readIconSet(folder: string, prefix: string): Promise<IconSet> {
	const path = join(folder, 'json', `${prefix}.json`);
	try {
		return setSchema.parse(JSON.parse(await readFile(path, 'utf8')));
	} catch (cause) {
		throw new AtelierError('E_CORPUS', `expected an Iconify set in ${path}; install @iconify/json again`, { cause });
	}
}

/**
 * The icons of a set that show a concept.
 *
 * @param labels emoji label by lower-case code point sequence (`1f333`), for sets with a character map
 */
export function candidates(
	set: IconSet,
	kind: ImageKind,
	matcher: ConceptMatcher,
	labels: ReadonlyMap<string, string>,
	heldOut = false,
): Candidate[] {
	const emoji = kind === 'emoji' || (emojiGlyphSets as readonly string[]).includes(set.prefix);
	const matched = emoji ? matchEmoji(set, matcher, labels) : matchIcons(set, kind, matcher);
	return matched.map(([name, concept, label]) => ({
		concept,
		kind,
		source: set.prefix,
		name,
		...(label !== undefined && { label }),
		heldOut,
		svg: iconSvg(set, set.icons[name] as Icon),
	}));
}

/** An icon's name, its concept, and its name among emoji. */
type Match = readonly [name: string, concept: number, label?: string];

function matchEmoji(set: IconSet, matcher: ConceptMatcher, labels: ReadonlyMap<string, string>): Match[] {
	const found = new Map<string, readonly [number, string?]>();
	for (const [code, name] of Object.entries(set.chars ?? {})) {
		const label = labels.get(stripSelectors(code));
		if (label === undefined || !set.icons[name]) continue;
		const words = plainWords(label);
		const concept = matcher.exact(words, 'emoji');
		if (concept >= 0) found.set(name, [concept, words]);
	}
	// Sets without a map, and icons that it leaves out, go by name; an exact match never meets a skin-tone variant.
	const mapped = new Set(Object.values(set.chars ?? {}));
	const names = new Map<string, string>(Object.keys(set.icons).map((name) => [name, name]));
	for (const [alias, { parent, ...changes }] of Object.entries(set.aliases ?? {}))
		if (Object.keys(changes).length === 0) names.set(alias, parent);
	for (const [alias, name] of names) {
		if (!set.icons[name] || found.has(name) || mapped.has(name)) continue;
		const words = plainWords(alias).replace(/ \d+$/, '');
		let concept = matcher.exact(words, 'emoji');
		if (concept < 0 && !words.includes(' ')) concept = matcher.exactSqueezed(words);
		if (concept >= 0) found.set(name, [concept]);
	}
	return [...found].map(([name, match]): Match => [name, ...match]).sort((a, b) => compare(a[0], b[0]));
}

function matchIcons(set: IconSet, kind: ImageKind, matcher: ConceptMatcher): [string, number][] {
	const declared = new Set([...Object.keys(set.suffixes ?? {}), ...Object.keys(set.prefixes ?? {})]);
	const setStyles = new Set([...declared].flatMap((style) => style.split('-')).filter((style) => style !== ''));
	const groups = new Map<string, { concept: number; bySize: Map<string, string> }>();
	for (const name of Object.keys(set.icons).sort()) {
		if (set.icons[name]?.hidden || /negative|crossed|off$/.test(name)) continue;
		const clean = cleanName(name, setStyles);
		const concept = matcher.match(clean.words, 'icon');
		if (concept < 0) continue;
		const key = clean.words.join(' ');
		const group = groups.get(key) ?? { concept, bySize: new Map<string, string>() };
		group.bySize.set(clean.sizeless, name); // the last, mostly the largest, grid of a drawing
		groups.set(key, group);
	}
	const out: [string, number][] = [];
	for (const { concept, bySize } of groups.values()) {
		const names = [...bySize.values()];
		const kept = kind === 'glyph' ? spread(names, stylesKept) : names;
		for (const name of kept) out.push([name, concept]);
	}
	return out.sort((a, b) => compare(a[0], b[0]));
}

/** At most `count` items, spread over the list. */
function spread(items: string[], count: number): string[] {
	if (items.length <= count) return items;
	return Array.from({ length: count }, (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))] as string);
}

/** Width and height of an icon's own grid. */
export const iconGrid = (set: IconSet, icon: Icon): { width: number; height: number } => ({
	width: icon.width ?? set.width ?? 16,
	height: icon.height ?? set.height ?? 16,
});

/** An icon as an SVG document, its longer side 120 px, drawn in black where it takes the colour of text. */
export function iconSvg(set: IconSet, icon: Icon): string {
	const { width, height } = iconGrid(set, icon);
	const scale = 120 / Math.max(width, height);
	return (
		`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" color="#000" ` +
		`width="${width * scale}" height="${height * scale}" viewBox="${icon.left ?? 0} ${icon.top ?? 0} ${width} ${height}">${icon.body}</svg>`
	);
}

/** Code points without variation selectors, lower case. */
export function stripSelectors(code: string): string {
	return code
		.toLowerCase()
		.split('-')
		.filter((point) => point !== 'fe0f' && point !== 'fe0e')
		.join('-');
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
