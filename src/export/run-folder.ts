/**
 * @file The folder of a run: image.png, image.svg, recipe.json, metrics.jsonl, snapshot and frames.bin.
 * Each file but metrics and frames is replaced as a whole, so that whatever happens the last complete state is there.
 */

import { randomBytes } from 'node:crypto';
import {
	appendFileSync,
	copyFileSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
} from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { AtelierError } from '../errors.js';
import { guard, replaceFile, unwritable } from '../files.js';
import { makeFolder } from '../folders.js';
import { readText } from '../guidance/readings.js';
import { encodePng, hashPicture } from '../image-io.js';
import type { Painter } from '../painter/painter.js';
import { saveSnapshot } from '../painter/snapshot.js';
import { carry, embedRecipe } from '../recipe/carry/index.js';
import type { Edit } from '../recipe/edits.js';
import { parseRecipe, type Recipe } from '../recipe/schema.js';
import { wordsAfter } from '../recipe/words-after.js';
import { exactSize, type PictureSize, resizeSvg } from './picture-size.js';
import { readRecipe } from './recipe-file.js';
import { slugOf } from './slug.js';

/** One line of metrics.jsonl; a step's line has its number in `step`. */
export type MetricsLine = { readonly event: string; readonly step: number } & Readonly<Record<string, unknown>>;

/** What a run keeps in its folder. */
export type RunFile = 'image.png' | 'image.svg' | 'recipe.json' | 'metrics.jsonl' | 'snapshot' | 'frames.bin';

/** What {@link RunFolder.savePictures} has written. */
export interface SavedPictures {
	readonly image: string;
	/** Absent for renderers that are no vectors. */
	readonly svg?: string;
}

/** The local day: `YYYY-MM-DD`. */
export const dayOf = (now: Date): string =>
	[now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, '0')).join('-');

/** A run's files on disk. */
export class RunFolder {
	private known: Recipe | undefined;

	private constructor(readonly path: string) {}

	/**
	 * A new folder `<YYYY-MM-DD>-<slug>-<id>` in `outputs`, named after the first prompt (of the last words, or picture) and the local day.
	 *
	 * @throws AtelierError E_IO when it cannot be made
	 */
	static create(recipe: Recipe, outputs: string, now = new Date()): RunFolder {
		makeFolder(outputs);
		const words = nameOf({ ...recipe, ...wordsAfter(recipe.edits, recipe) });
		for (;;) {
			const path = resolve(outputs, `${dayOf(now)}-${slugOf(words)}-${randomBytes(2).toString('hex')}`);
			try {
				mkdirSync(path);
			} catch (cause) {
				if ((cause as NodeJS.ErrnoException).code === 'EEXIST') continue;
				throw unwritable(`to make the folder '${path}'`, cause);
			}
			return RunFolder.begin(recipe, path);
		}
	}

	/** A run folder of a given path, as it is before the first step; what an earlier run has left there is gone. @throws AtelierError E_IO */
	static begin(recipe: Recipe, path: string): RunFolder {
		makeFolder(path);
		const folder = new RunFolder(resolve(path));
		guard(`to empty the folder '${path}'`, () => {
			for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true, force: true });
		});
		// The folder has all that it takes to draw again, wherever it is moved to.
		const images = recipe.images.map((image, i) => {
			if (!existsSync(image.path) || !statSync(image.path).isFile()) return image;
			const kept = `input${i > 0 ? `-${i + 1}` : ''}${extname(image.path)}`;
			guard(`to copy '${image.path}' to '${path}'`, () => copyFileSync(image.path, join(path, kept)));
			return { ...image, path: kept };
		});
		folder.writeRecipe({ ...recipe, images });
		folder.recipe();
		return folder;
	}

	/** The folder of an earlier run. @throws AtelierError E_IO, E_RECIPE when it is not one, or not writable */
	static open(path: string): RunFolder {
		const folder = RunFolder.find(path);
		makeFolder(folder.path);
		return folder;
	}

	/** The folder of an earlier run, to look at. @throws AtelierError E_IO when it is not one */
	static find(path: string): RunFolder {
		const folder = new RunFolder(resolve(path));
		const isFile = statSync(path, { throwIfNoEntry: false })?.isFile();
		if (isFile)
			throw new AtelierError('E_IO', `expected a run folder, got the file '${path}'; give the folder it is in`);
		for (const name of ['recipe.json', 'snapshot'] as const)
			if (!existsSync(folder.file(name)))
				throw new AtelierError(
					'E_IO',
					`expected a run folder with ${name}, got '${path}' without; give the folder that a run has printed`,
				);
		return folder;
	}

	file(name: RunFile): string {
		return join(this.path, name);
	}

	/** The run's recipe; read once, so that a file that is lost later loses no picture. */
	recipe(): Recipe {
		this.known ??= readRecipe(this.file('recipe.json'));
		return this.known;
	}

	/** Write the edits that were made since the run was started. @throws AtelierError E_IO; the pictures have them all the same */
	saveEdits(edits: readonly Edit[]): void {
		// As it will be read, so that the same recipe is the same text.
		const recipe = parseRecipe({ ...this.recipe(), edits });
		this.known = recipe;
		// Pictures are named as they were: those in the folder by their names alone.
		const images = recipe.images.map((image) =>
			dirname(image.path) === this.path ? { ...image, path: basename(image.path) } : image,
		);
		this.writeRecipe({ ...recipe, images });
	}

	/** Parsed, so that keys are in the schema's order: the same recipe is the same file. */
	private writeRecipe(recipe: Recipe): void {
		const { edits, ...parsed } = parseRecipe(recipe);
		const written = edits.length > 0 ? { ...parsed, edits } : parsed;
		this.replace('recipe.json', `${JSON.stringify(written, undefined, '\t')}\n`);
	}

	/** Append to metrics.jsonl. @throws AtelierError E_IO */
	log(line: MetricsLine): void {
		guard(`to append to '${this.file('metrics.jsonl')}'`, () =>
			appendFileSync(this.file('metrics.jsonl'), `${JSON.stringify(line)}\n`),
		);
	}

	/** Forget what metrics.jsonl says beyond a step: the run goes on from there. */
	rewindMetrics(step: number): void {
		const path = this.file('metrics.jsonl');
		if (!existsSync(path)) return;
		const kept = guard(`a readable file '${path}'`, () => readFileSync(path, 'utf8'))
			.split('\n')
			.filter((line) => {
				try {
					const { event, step: at } = JSON.parse(line) as MetricsLine;
					return event === 'step' && at <= step;
				} catch {
					return false; // A line that was cut off, or the empty end.
				}
			});
		this.replace('metrics.jsonl', kept.map((line) => `${line}\n`).join(''));
	}

	/** Write the snapshot. @throws AtelierError E_IO */
	saveSnapshot(painter: Painter): void {
		saveSnapshot(this.file('snapshot'), painter);
	}

	/**
	 * Write image.png and, for vectors, image.svg of the best drawing; both carry the recipe.
	 *
	 * @param midStep the last step was not completed
	 * @throws AtelierError E_IO
	 */
	async savePictures(painter: Painter, size: PictureSize, midStep = false): Promise<SavedPictures> {
		const { best, step } = painter;
		const svgText = painter.setup.renderer.toSvg?.(best.params);
		const picture = await exactSize(painter.picture(size.scale), size);
		const hash = hashPicture(picture);
		const carried = carry(this.recipe(), { engine: size.engine, step, scores: best.scores, picture: hash, midStep });
		const image = this.file('image.png');
		this.replace('image.png', embedRecipe(await encodePng(picture), 'png', carried));
		if (svgText === undefined) return { image };
		const svg = this.file('image.svg');
		this.replace('image.svg', embedRecipe(Buffer.from(resizeSvg(svgText, size)), 'svg', carried));
		return { image, svg };
	}

	private replace(name: string, contents: string | Uint8Array): void {
		replaceFile(join(this.path, name), contents);
	}
}

/** What a run is called: the words of its first prompt, or the name of its picture. */
export function nameOf({ prompts, images }: Recipe): string {
	const words = prompts[0] && readText(prompts[0].text).readings.find((reading) => reading.text !== '')?.text;
	const image = images[0]?.path ?? '';
	return words ?? basename(image.replaceAll('\\', '/'), extname(image));
}
