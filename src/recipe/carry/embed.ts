/** @file Recipes into and out of pictures, on bytes: nothing is decoded, so no pixel changes. */

import { AtelierError } from '../../errors.js';
import { readText } from '../../guidance/readings.js';
import { isTemplate } from '../../guidance/template-syntax.js';
import type { Recipe, RecipePrompt } from '../schema.js';
import { wordsAfter } from '../words-after.js';
import { asBuffer, utf8 } from './bytes.js';
import { type Carried, parseCarried } from './carried.js';
import { buildExif, type ExifTexts, exifTexts } from './exif.js';
import { gifComments, isGif, withGifComment } from './gif.js';
import { avoided, wanted, writeInfotext } from './infotext.js';
import { isJpeg, jpegExif } from './jpeg.js';
import { isMp4, mp4Text, withMp4Text } from './mp4.js';
import { isPng, pngTexts, withPngTexts } from './png.js';
import { isSvg, svgText, withSvgText } from './svg.js';
import { isWebp, webpMetadata, withWebpMetadata } from './webp.js';
import { xmpText, xmpWith } from './xmp.js';

/** Formats that can carry a recipe. */
export type CarrierKind = 'png' | 'svg' | 'gif' | 'webp' | 'mp4';
/** Formats that are read: JPEG only for the recipes of other programs. */
export type PictureKind = CarrierKind | 'jpeg';

/** The key of our JSON: keyword in PNG, beginning of the comment in GIF, local namespace in XML. */
const key = 'atelier';
/** What others read: A1111's text. */
const parametersKey = 'parameters';

/** Bytes of an SVG at most: a recipe's largest drawing has some 60 million. */
const largestSvg = 1 << 28;

const sniffers: readonly (readonly [PictureKind, (bytes: Buffer) => boolean])[] = [
	['png', isPng],
	['gif', isGif],
	['webp', isWebp],
	['jpeg', isJpeg],
	['mp4', isMp4],
	['svg', isSvg],
];

/** What kind of picture these bytes are, by their beginning. */
export function pictureKind(bytes: Uint8Array): PictureKind | undefined {
	const buffer = asBuffer(bytes);
	return sniffers.find(([, is]) => is(buffer))?.[0];
}

/** The texts in a picture. */
export interface PictureTexts {
	readonly kind: PictureKind;
	/** Our JSON. */
	readonly own?: string;
	/** By the keywords of PNG; EXIF's user comment, GIF's comment and the like under the keyword that they stand for. */
	readonly others: ReadonlyMap<string, string>;
}

/** All texts in a picture. @throws AtelierError E_IMAGE when it is damaged, or of no kind that is known */
export function pictureTexts(bytes: Uint8Array): PictureTexts {
	const buffer = asBuffer(bytes);
	const kind = pictureKind(bytes);
	const others = new Map<string, string>();
	let own: string | undefined;
	switch (kind) {
		case 'png':
			for (const [keyword, text] of pngTexts(buffer))
				if (keyword === key) own = text;
				else others.set(keyword, text);
			break;
		case 'gif':
			for (const comment of gifComments(buffer))
				if (comment.startsWith(`${key} {`)) own ??= comment.slice(key.length + 1);
				else others.set(parametersKey, comment);
			break;
		case 'webp': {
			const found = webpMetadata(buffer);
			if (found['XMP ']) own = xmpText(utf8(found['XMP ']));
			if (found.EXIF) addExif(others, exifTexts(found.EXIF));
			break;
		}
		case 'jpeg': {
			const exif = jpegExif(buffer);
			if (exif) addExif(others, exifTexts(exif));
			break;
		}
		case 'mp4':
			own = mp4Text(buffer);
			break;
		case 'svg':
			own = svgText(utf8(buffer, largestSvg));
			break;
		case undefined:
			throw new AtelierError('E_IMAGE', 'expected a PNG, SVG, WebP, GIF, MP4 or JPEG file, got another kind');
	}
	return { kind, ...(own !== undefined && { own }), others };
}

function addExif(texts: Map<string, string>, { make, model, software, makerNote, comment }: ExifTexts): void {
	if (comment) texts.set(parametersKey, comment);
	if (software) texts.set('Software', software);
	// Fooocus names the scheme of its comment in the maker note.
	if (makerNote === 'fooocus' || makerNote === 'a1111') texts.set('fooocus_scheme', makerNote);
	// ComfyUI has its graphs in tags of the camera, after their names.
	for (const text of [make, model]) {
		const named = /^(prompt|workflow):/.exec(text ?? '');
		if (named) texts.set(named[1]!, text!.slice(named[0].length));
	}
}

/**
 * What a picture of ours carries; undefined when it carries nothing of ours.
 *
 * @throws AtelierError E_IMAGE when the file is damaged or of no kind that is known, E_RECIPE when what it carries is not valid
 */
export function extractRecipe(bytes: Uint8Array): Carried | undefined {
	const { own, kind } = pictureTexts(bytes);
	return own === undefined ? undefined : parseCarried(own, `the recipe in this ${kind.toUpperCase()}`);
}

/**
 * The same picture, carrying a recipe; what it carried of ours before is replaced, what others wrote is kept. To be done
 * last: encoders drop such texts.
 *
 * @throws AtelierError E_IMAGE when the bytes are not an undamaged picture of this kind
 */
export function embedRecipe(bytes: Uint8Array, kind: CarrierKind, carried: Carried): Buffer {
	const buffer = asBuffer(bytes);
	const got = pictureKind(bytes);
	if (got !== kind) throw new AtelierError('E_IMAGE', `expected the bytes of a ${kind}, got ${got ?? 'another kind'}`);
	const json = JSON.stringify(carried);
	switch (kind) {
		case 'png':
			return withPngTexts(
				buffer,
				new Map([
					[parametersKey, writeInfotext(carried)],
					[key, json],
				]),
				new Set([key]),
			);
		case 'gif':
			return withGifComment(buffer, `${key} `, json);
		case 'webp':
			return embedWebp(buffer, carried, json);
		case 'mp4':
			return withMp4Text(buffer, json);
		case 'svg':
			return Buffer.from(
				withSvgText(utf8(buffer, largestSvg), json, { title: titleOf(carried), description: sentenceOf(carried) }),
			);
	}
}

function embedWebp(bytes: Buffer, carried: Carried, json: string): Buffer {
	const { EXIF, 'XMP ': xmp } = webpMetadata(bytes);
	const own = !EXIF || exifTexts(EXIF).software?.startsWith(key);
	return withWebpMetadata(bytes, {
		// A camera's EXIF stays as it is; the packet says all that is ours.
		...(own && { EXIF: buildExif(`${key} ${carried.atelier ?? ''}`.trim(), writeInfotext(carried)) }),
		'XMP ': Buffer.from(xmpWith(xmp && utf8(xmp), json, titleOf(carried))),
	});
}

/** A recipe with the words that were in force at the end. */
const atLast = (recipe: Recipe): Recipe => ({ ...recipe, ...wordsAfter(recipe.edits, recipe) });

/** What the picture shows, as text in its place: the prompts. */
function titleOf({ recipe }: Carried): string {
	const words = wanted(atLast(recipe)).map(plain);
	return words.join(', ') || `after ${recipe.images[0]?.path ?? 'a picture'}`;
}

/** A prompt in plain words, as it begins. */
function plain({ text }: RecipePrompt): string {
	// What wildcards have not been filled in yet is no text that can be read.
	if (isTemplate(text)) return text;
	return readText(text).readings.find((reading) => reading.text !== '')!.text;
}

/** How the picture was made, in a sentence. */
function sentenceOf({ recipe, atelier, stopped_at }: Carried): string {
	const words = avoided(atLast(recipe)).map(plain);
	const steps = stopped_at === undefined ? recipe.steps : `${stopped_at} of ${recipe.steps}`;
	const without = words.length > 0 ? `, avoiding ${words.join(', ')}` : '';
	return `Drawn by ${`${key} ${atelier ?? ''}`.trim()} in ${recipe.renderer}${without}; seed ${recipe.seed}, ${steps} steps.`;
}
