/** @file Every drawing of the sources with every text that its source gives it: names as they stand, aliases, emoji labels and tags, titles. */

import { type ClipartFile, clipartFiles } from './clipart.js';
import { type IconSet, iconGrid, iconSvg, stripSelectors } from './iconify.js';
import { plainText, plainWords } from './names.js';
import { emojiGlyphSets, type ImageKind } from './sources.js';
import type { Annotations, Emoji } from './words.js';

/** Which of the texts about a drawing a caption is. */
export type CaptionOrigin = 'name' | 'alias' | 'label' | 'tags' | 'title' | 'keywords';

/** A text about a drawing. */
export interface DrawingCaption {
	readonly text: string;
	readonly origin: CaptionOrigin;
	/** BCP 47; names are taken for English. */
	readonly lang: string;
}

/** A drawing of a source, with what is known of it. */
export interface Drawing {
	readonly source: string;
	readonly name: string;
	readonly kind: ImageKind;
	readonly licence: string;
	/** Of the vendor that is never trained on. */
	readonly heldOut: boolean;
	/** The SVG text, or the path of an SVG file. */
	readonly svg: string | { readonly path: string };
	/** Its own size: the grid of an icon, the page of clip art; absent where clip art does not say. */
	readonly width?: number;
	readonly height?: number;
	/** At least one, no text twice. */
	readonly captions: readonly DrawingCaption[];
}

/** What emoji annotations say of a code point sequence or of a name. */
export class EmojiTexts {
	private readonly byCode = new Map<string, DrawingCaption[]>();
	private readonly codeOfName = new Map<string, string>();

	/** @param langs languages to take, in this order */
	constructor(annotations: Annotations, langs: readonly string[]) {
		for (const emoji of annotations.get('en') ?? []) {
			const name = plainWords(emoji.label);
			for (const key of [name, name.replaceAll(' ', '')]) this.codeOfName.set(key, stripSelectors(emoji.hexcode));
		}
		for (const lang of langs)
			for (const emoji of annotations.get(lang) ?? [])
				for (const one of [emoji, ...(emoji.skins ?? [])]) this.add(one, lang);
	}

	private add({ hexcode, label, tags }: Emoji, lang: string): void {
		const code = stripSelectors(hexcode);
		const list = this.byCode.get(code) ?? [];
		list.push({ text: plainText(label), origin: 'label', lang });
		if (tags?.length) list.push({ text: tags.map(plainText).join(', '), origin: 'tags', lang });
		this.byCode.set(code, list);
	}

	/** @param code as icon sets write it: `1f44b-1f3fb` */
	ofCode(code: string): readonly DrawingCaption[] {
		return this.byCode.get(stripSelectors(code)) ?? [];
	}

	/** @param name of an icon: `red-apple`, `admissiontickets` */
	ofName(name: string): readonly DrawingCaption[] {
		const code = this.codeOfName.get(plainWords(name).replace(/ \d+$/, ''));
		return code === undefined ? [] : (this.byCode.get(code) ?? []);
	}
}

/** Every visible icon of a set. Aliases that turn or mirror their icon are left out. */
export function iconDrawings(set: IconSet, kind: ImageKind, emoji: EmojiTexts, heldOut: boolean): Drawing[] {
	const isEmoji = kind === 'emoji' || (emojiGlyphSets as readonly string[]).includes(set.prefix);
	const aliases = new Map<string, string[]>();
	for (const [alias, { parent, ...changes }] of Object.entries(set.aliases ?? {}))
		if (Object.keys(changes).length === 0) aliases.set(parent, [...(aliases.get(parent) ?? []), alias]);
	const codes = new Map<string, string[]>();
	for (const [code, name] of Object.entries(set.chars ?? {})) codes.set(name, [...(codes.get(name) ?? []), code]);
	return Object.entries(set.icons).flatMap(([name, icon]) => {
		if (icon.hidden) return [];
		const also = aliases.get(name) ?? [];
		const known = (codes.get(name) ?? []).flatMap((code) => emoji.ofCode(code));
		const labels = !isEmoji || known.length > 0 ? known : [name, ...also].flatMap((word) => emoji.ofName(word));
		const captions = distinct([
			{ text: plainText(name), origin: 'name', lang: 'en' },
			...also.map((alias): DrawingCaption => ({ text: plainText(alias), origin: 'alias', lang: 'en' })),
			...(isEmoji ? labels : []),
		]);
		if (captions.length === 0) return [];
		return {
			source: set.prefix,
			name,
			kind,
			licence: set.info.license.spdx ?? set.info.license.title,
			heldOut,
			svg: iconSvg(set, icon),
			...iconGrid(set, icon),
			captions,
		};
	});
}

/** Every public-domain drawing in a folder of clip art that has a title or keywords. */
export async function clipartDrawings(folder: string): Promise<Drawing[]> {
	const out: Drawing[] = [];
	for await (const file of clipartFiles(folder)) {
		const captions = clipartCaptions(file);
		if (captions.length === 0) continue;
		out.push({
			source: 'openclipart',
			name: file.name,
			kind: 'clipart',
			licence: 'Public Domain',
			heldOut: false,
			svg: { path: file.path },
			...pageSize(file.svg),
			captions,
		});
	}
	return out;
}

function clipartCaptions({ title, svg }: ClipartFile): DrawingCaption[] {
	const subject = /<dc:subject>([\s\S]*?)<\/dc:subject>/.exec(svg)?.[1] ?? '';
	const keywords = [...subject.matchAll(/<rdf:li>([^<]*)<\/rdf:li>/g)].map((match) =>
		plainText(withoutEntities(match[1] ?? '')),
	);
	return distinct([
		{ text: plainText(withoutEntities(title)), origin: 'title', lang: 'en' },
		{ text: keywords.filter((word) => word !== '').join(', '), origin: 'keywords', lang: 'en' },
	]);
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Text of XML without its entities. */
const withoutEntities = (text: string): string =>
	text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
		if (name) return entities[name] ?? whole;
		const point = decimal ? Number(decimal) : Number.parseInt(hex, 16);
		return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
	});

/** Size of the page of an SVG: its view box, else its width and height in pixels. */
function pageSize(svg: string): { width?: number; height?: number } {
	const tag = /<svg\b[^>]*>/.exec(svg)?.[0] ?? '';
	const box = /\sviewBox\s*=\s*["']\s*[-\d.e]+[\s,]+[-\d.e]+[\s,]+([\d.e]+)[\s,]+([\d.e]+)/i.exec(tag);
	const side = (name: string) => new RegExp(`\\s${name}\\s*=\\s*["']\\s*([\\d.]+)`).exec(tag)?.[1];
	const [width, height] = (box ? [box[1], box[2]] : [side('width'), side('height')]).map(Number);
	return width && height && width > 0 && height > 0 ? { width, height } : {};
}

/** Captions with a text, each text once. */
function distinct(captions: readonly DrawingCaption[]): DrawingCaption[] {
	const seen = new Set<string>(['']);
	return captions.filter(({ text }) => {
		if (seen.has(text)) return false;
		seen.add(text);
		return true;
	});
}
