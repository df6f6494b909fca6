/** @file Pictures that were sent to the studio, each under the sha256 of its bytes; recipes name them `upload:<id>`, never by a path. */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { replaceFile } from '../../src/files.js';
import { makeFolder } from '../../src/folders.js';
import type { Recipe } from '../../src/recipe/schema.js';
import { type Issue, issue } from '../../src/validation.js';
import { type UploadInfo, uploadId } from '../protocol.js';
import { limits } from './limits.js';
import { HttpProblem } from './problem.js';

/** What is taken: formats that sharp decodes by itself; never SVG, which is a program of sorts. */
const extensions: Readonly<Record<string, string>> = { png: '.png', jpeg: '.jpg', webp: '.webp', gif: '.gif' };

export const mediaTypes: Readonly<Record<string, string>> = {
	'.png': 'image/png',
	'.jpg': 'image/jpeg',
	'.webp': 'image/webp',
	'.gif': 'image/gif',
};

const prefix = 'upload:';

/** The store. */
export class Uploads {
	private readonly paths = new Map<string, string>();

	constructor(private readonly folder: string) {
		makeFolder(folder);
		for (const name of readdirSync(folder)) {
			const [id = '', extension = ''] = name.split(/(?=\.)/);
			if (uploadId.safeParse(id).success && extension in mediaTypes) this.paths.set(id, join(folder, name));
		}
	}

	/** Take a picture in. @throws HttpProblem for what is none of those that are taken, or too large */
	async add(bytes: Buffer): Promise<UploadInfo> {
		const refuse = (why: string) =>
			new HttpProblem(400, 'E_IMAGE', `expected a PNG, JPEG, WebP or GIF picture, but ${why}`);
		if (!isRaster(bytes)) throw refuse('got something else');
		const picture = sharp(bytes, { limitInputPixels: limits.pixels, failOn: 'error' });
		const { format, autoOrient } = await picture.metadata().catch(() => {
			throw refuse(`it cannot be read, or has more than ${limits.pixels} pixels`);
		});
		const extension = extensions[format];
		if (!extension) throw refuse(`got ${format}`);
		// Decoded once, to the last row: what is damaged is found now and not while drawing.
		await picture.stats().catch(() => {
			throw refuse('it is damaged');
		});
		const id = createHash('sha256').update(bytes).digest('hex');
		const path = join(this.folder, `${id}${extension}`);
		if (!existsSync(path)) replaceFile(path, bytes);
		this.paths.set(id, path);
		return { id, ...autoOrient };
	}

	/** A picture that lies elsewhere in the outputs, beside a run that was made from it. */
	know(id: string, path: string): void {
		if (uploadId.safeParse(id).success && !this.paths.has(id)) this.paths.set(id, path);
	}

	path(id: string): string | undefined {
		const path = this.paths.get(id);
		return path !== undefined && existsSync(path) ? path : undefined;
	}

	/** What is wrong with the pictures of a recipe from outside. */
	issues({ images }: Pick<Recipe, 'images'>): Issue[] {
		return images.flatMap(({ path }, i) => {
			const id = path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
			if (id !== undefined && this.path(id)) return [];
			return [issue(`images.${i}.path`, 'a picture that was uploaded', 'another', 'upload it first')];
		});
	}

	/** The recipe with the files of its pictures. */
	located(recipe: Recipe): Recipe {
		return {
			...recipe,
			images: recipe.images.map((image) => {
				// A run that is begun anew empties its folder, and with it the copy that it has of its picture.
				const id = image.path.startsWith(prefix) ? image.path.slice(prefix.length) : (image.sha256 ?? '');
				return { ...image, path: this.path(id) ?? image.path };
			}),
		};
	}
}

/** The recipe as it goes out: pictures by their hashes, no folders. */
export function shownRecipe(recipe: Recipe): Recipe {
	return {
		...recipe,
		images: recipe.images.map((image) =>
			image.path.startsWith(prefix)
				? image
				: { ...image, path: image.sha256 ? `${prefix}${image.sha256}` : (image.path.split(/[\\/]/).at(-1) ?? '') },
		),
	};
}

function isRaster(bytes: Buffer): boolean {
	const begins = (at: number, text: string) => bytes.subarray(at, at + text.length).toString('latin1') === text;
	return (
		begins(0, '\x89PNG\r\n') ||
		begins(0, '\xff\xd8\xff') ||
		begins(0, 'GIF8') ||
		(begins(0, 'RIFF') && begins(8, 'WEBP'))
	);
}
