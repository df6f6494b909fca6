/** @file One image-text pair of the raw pool as a sample: its picture, drawn once for all of its texts, and what is known of it. */

import { readFile } from 'node:fs/promises';
import type { NewSample } from '../shards/index.js';
import type { Drawing, DrawingCaption } from './drawings.js';
import { pngOnWhite, rasterize } from './rasterize.js';
import { drawScene } from './scene-picture.js';
import { type NumberedScene, sceneFields } from './scene-pool.js';

/** A drawing or a scene with one of its texts. */
export type Pair =
	| { readonly drawing: Drawing; readonly caption: DrawingCaption; readonly scene?: never }
	| { readonly scene: NumberedScene; readonly text: string; readonly drawing?: never };

/** Draws each picture once, however many texts it has. */
export class Pictures {
	private readonly waiting = new Map<
		Drawing | NumberedScene,
		{ left: number; readonly png: Promise<Buffer | undefined> }
	>();

	constructor(private readonly size: number) {}

	/** The PNG, or undefined when there is nothing to see. Forgotten after the last text has asked for it. */
	of(picture: Drawing | NumberedScene): Promise<Buffer | undefined> {
		const entry = this.waiting.get(picture) ?? { left: picture.captions.length, png: this.draw(picture) };
		if (--entry.left > 0) this.waiting.set(picture, entry);
		else this.waiting.delete(picture);
		return entry.png;
	}

	private async draw(picture: Drawing | NumberedScene): Promise<Buffer | undefined> {
		if (!('svg' in picture)) return drawScene(picture, this.size);
		const { svg } = picture;
		const raster = await rasterize(typeof svg === 'string' ? svg : await readFile(svg.path), this.size);
		return raster && pngOnWhite(raster, this.size);
	}
}

/** The pair as it is written; without an image when there is nothing to see. @param size side of the picture in pixels */
export async function sampleOf(pair: Pair, pictures: Pictures, size: number): Promise<NewSample> {
	const text = pair.drawing ? pair.caption.text : pair.text;
	const json = pair.drawing ? drawingFields(pair.drawing, pair.caption, size) : sceneFields(pair.scene, size);
	const image = await pictures.of(pair.drawing ?? pair.scene);
	if (image) return { text, json, image, imageType: 'png' };
	return { text, json, failure: { status: 'failed_to_draw', message: 'empty, nearly empty or broken' } };
}

function drawingFields(drawing: Drawing, { origin, lang }: DrawingCaption, size: number): NewSample['json'] {
	const { source, name, kind, licence, heldOut, width, height } = drawing;
	return {
		url: `${source}:${name}`,
		width: size,
		height: size,
		original_width: pixels(width ?? size),
		original_height: pixels(height ?? size),
		source,
		name,
		kind,
		licence,
		held_out: heldOut,
		origin,
		lang,
	};
}

/** At least one pixel: some pages are measured in metres. */
const pixels = (side: number): number => Math.min(Math.max(1, Math.round(side)), 1 << 20);
