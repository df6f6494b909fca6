/** @file From a recipe to a painter's setup: loads the encoder, embeds the prompts, compiles the objective, makes the renderer. */

import type { DualEncoder } from '../encoders/encoder.js';
import { openEncoder } from '../encoders/hub.js';
import { sha256 } from '../encoders/model-folder.js';
import { engineByName } from '../engines/index.js';
import { AtelierError } from '../errors.js';
import { compileObjective, type Target } from '../guidance/objective.js';
import { bankRivals, colorVariants } from '../guidance/rivals.js';
import type { Picture } from '../image.js';
import { readPicture } from '../image-io.js';
import { Random } from '../random.js';
import type { Recipe } from '../recipe/schema.js';
import { applyViews, plainView, sampleViews } from '../views/index.js';
import { createRenderer } from './create-renderer.js';
import type { PainterSetup } from './painter.js';

/** A recipe made ready to run. */
export interface OpenedPainter {
	readonly setup: PainterSetup;
	/** The recipe with everything resolved that was left open: canvas, views, hashes. */
	readonly recipe: Recipe;
	/** Size of image.png in pixels. */
	readonly width: number;
	readonly height: number;
	/** Picture pixels a canvas pixel. */
	readonly scale: number;
	/** What the encoder runs on, for people. */
	readonly engine: string;
	/** For people: unknown words and the like. */
	readonly warnings: readonly string[];
	close(): Promise<void>;
}

/** Shorter side of the canvas when a picture is redrawn. */
const redrawCanvas = 224;

/** How to open. */
export interface OpenPainterOptions {
	readonly modelsFolder?: string;
	/** Guides instead of the encoder that the recipe names. */
	readonly encoder?: DualEncoder;
}

/** Load what the recipe names and compile it. */
export async function openPainter(recipe: Recipe, options: OpenPainterOptions = {}): Promise<OpenedPainter> {
	const { threads, providers } = recipe.engine;
	const engine = await engineByName(recipe.engine.name, { threads, ...(providers && { providers }) });
	const warnings: string[] = [];
	// Words need the encoder; a picture alone does only when its pixels do not count.
	const likeness = recipe.images.length > 0 && recipe.pixelLoss === 0;
	const semantic = recipe.semantics > 0 && (recipe.prompts.length > 0 || likeness);
	const load = () => options.encoder ?? openEncoder(recipe.encoder.name, engine, { ...options, threads });
	const encoder = semantic ? await load() : undefined;
	if (encoder && recipe.encoder.hash && recipe.encoder.hash !== encoder.hash)
		warnings.push(`the recipe was made with other weights of '${recipe.encoder.name}'; the picture will differ`);

	const [width, height] = recipe.size;
	const shorter = Math.min(width, height);
	const canvas = Math.min(
		recipe.canvas ?? (recipe.images.length > 0 ? redrawCanvas : (encoder?.canvas ?? redrawCanvas)),
		shorter,
	);
	const scale = shorter / canvas;
	const canvasSize = { width: Math.round(width / scale), height: Math.round(height / scale) };

	const renderer = createRenderer(recipe, canvasSize);
	const images: Recipe['images'] = [];
	let target: PainterSetup['target'];
	for (const prompt of recipe.prompts)
		if (!/[\p{L}\p{N}]/u.test(prompt.text))
			throw new AtelierError('E_ARGUMENT', `expected words to draw, got '${prompt.text}'`);
	for (const image of recipe.images) {
		const { sha256, picture: read } = await readTarget(image.path, canvasSize);
		if (image.sha256 && image.sha256 !== sha256)
			warnings.push(`${image.path} is not the picture that the recipe was made with`);
		images.push({ ...image, sha256 });
		target = { picture: read, weight: image.weight * recipe.pixelLoss };
	}

	const words = recipe.prompts.some((p) => p.weight !== 0);
	if (!(encoder && (words || recipe.images.length > 0)) && !(target && target.weight > 0))
		throw new AtelierError(
			'E_RECIPE',
			'expected something to draw, got a recipe whose weights of words (prompts, semantics) and picture (pixelLoss) are all 0',
		);

	const viewCount = recipe.views ?? encoder?.viewCount;
	const targets = encoder ? await promptTargets(recipe, encoder, warnings, target?.picture) : [];
	const objective =
		encoder && viewCount
			? await compileObjective(
					encoder,
					engine,
					targets,
					viewCount,
					{ cosine: recipe.cosine, contrast: recipe.contrast },
					threads,
				)
			: undefined;
	return {
		setup: {
			renderer,
			seed: recipe.seed,
			steps: recipe.steps,
			rate: recipe.rate,
			candidates: recipe.candidates,
			narrowAt: recipe.narrowAt,
			tidy: recipe.tidy,
			...(objective &&
				encoder &&
				viewCount && {
					guidance: {
						objective,
						views: encoder.views,
						viewCount,
						imageSize: encoder.imageSize,
						weight: recipe.semantics,
					},
				}),
			...(target && { target }),
		},
		recipe: {
			...recipe,
			images,
			canvas,
			...(viewCount && { views: viewCount }),
			encoder: encoder ? { name: recipe.encoder.name, hash: encoder.hash } : recipe.encoder,
		},
		width,
		height,
		scale,
		engine: engine.description,
		warnings,
		close: async () => objective?.dispose(),
	};
}

/** Embeddings of the prompts with their rivals, and of the picture when there are words too. */
async function promptTargets(
	recipe: Recipe,
	encoder: DualEncoder,
	warnings: string[],
	target: Picture | undefined,
): Promise<Target[]> {
	// One call for all texts: it compiles the text tower.
	const variants = recipe.prompts.map((p) => (p.weight > 0 ? colorVariants(p.text) : []));
	const embeddings = await encoder.encodeTexts([...recipe.prompts.map((p) => p.text), ...variants.flat()]);
	// Prompts that are wanted together are no rivals of each other.
	const others = bankRivals(
		encoder.bank,
		embeddings.filter((_, i) => (recipe.prompts[i]?.weight ?? 0) > 0),
	);
	let next = recipe.prompts.length;
	const targets = recipe.prompts.map(({ text, weight }, i): Target => {
		if (encoder.isTruncated(text))
			warnings.push(`encoder '${encoder.name}' reads only the beginning of '${text}'; use fewer words`);
		const unknown = encoder.unknownWords(text);
		if (unknown.length > 0)
			warnings.push(
				`encoder '${encoder.name}' was never taught ${unknown.map((w) => `'${w}'`).join(', ')}; it goes by the nearest words that it knows`,
			);
		const embedding = embeddings[i]!;
		const count = variants[i]!.length;
		next += count;
		const rivals = weight > 0 ? [...others, ...embeddings.slice(next - count, next)] : [];
		return { embedding, weight, rivals };
	});
	for (const image of recipe.images) {
		if (!target || image.weight === 0) continue;
		const [view] = sampleViews(plainView, 1, target, encoder.imageSize, new Random(0));
		const { batch } = applyViews(target, [view!], encoder.imageSize);
		targets.push({ embedding: (await encoder.encodeImages(batch))[0]!, weight: image.weight });
	}
	return targets;
}

/** The picture on a canvas of the drawing's shape, and the hash of its file. */
async function readTarget(
	path: string,
	canvas: { width: number; height: number },
): Promise<{ picture: Picture; sha256: string }> {
	const read = await readPicture(path, { onto: canvas });
	return { picture: read, sha256: await sha256(path) };
}
