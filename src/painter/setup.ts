/** @file From a recipe to a painter's setup: loads the encoder, embeds the prompts, compiles the objective, makes the renderer. */

import type { DualEncoder } from '../encoders/encoder.js';
import { sha256 } from '../encoders/model-folder.js';
import { openEncoder } from '../encoders/open-encoder.js';
import { engineByName } from '../engines/index.js';
import { AtelierError } from '../errors.js';
import type { Target } from '../guidance/objective.js';
import { pictureEmbedding, promptTargets } from '../guidance/targets.js';
import type { Picture } from '../image.js';
import { readPicture } from '../image-io.js';
import type { Words } from '../recipe/edits.js';
import { type Aim, aimsOf, apartInWords, arrangementOf, canStandApart, namedThings } from '../recipe/layout.js';
import { resolveRecipe } from '../recipe/resolve.js';
import { encodersOf, needsEncoder, type Recipe, redrawn, withEncoders } from '../recipe/schema.js';
import type { Renderer } from '../renderers/renderer.js';
import { createRenderer, enlargementOf } from './create-renderer.js';
import type { Eye, Sights } from './looking.js';
import type { PainterSetup, Reworded } from './painter.js';
import { SharedParts } from './shared-parts.js';
import { compileSights, membersOf } from './sights.js';
import { firstMembers, turnsOf } from './turns.js';
import { resolvedViews, scoutingOf, viewCountsOf } from './view-counts.js';

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

/** The canvas that a recipe is drawn on. */
export interface CanvasSize {
	readonly width: number;
	readonly height: number;
	readonly shorter: number;
	/** Picture pixels a canvas pixel. */
	readonly scale: number;
}

/** The canvas of a recipe: the picture's proportions in whole pixels, its shorter side as the recipe says or else `shorter`, as much larger as things that stand apart need, never above the picture's. */
export function canvasOf(recipe: Recipe, shorter = redrawCanvas): CanvasSize {
	const [width, height] = recipe.size;
	const side = Math.min((recipe.canvas ?? shorter) * enlargementOf(recipe), width, height);
	const scale = Math.min(width, height) / side;
	return { width: Math.round(width / scale), height: Math.round(height / scale), shorter: side, scale };
}

/** The part of a painter's setup that needs neither an encoder nor a picture: enough to look at a snapshot, not to go on with it. */
export function scheduleOf(recipe: Recipe, renderer: Renderer): PainterSetup {
	const { seed, steps, rate, candidates, narrowAt, tidy, edits } = recipe;
	return { renderer, seed, steps, rate, candidates, narrowAt, tidy, edits };
}

/** How to open a painter. */
export interface OpenOptions {
	readonly modelsFolder?: string;
	/** Loaded and compiled parts that are shared with other painters, and stay when this one is closed. */
	readonly shared?: SharedParts;
	/** Guides instead of the encoders that the recipe names. */
	readonly encoder?: DualEncoder;
}

/** Load what the recipe names and compile it; what it leaves to chance is decided first. */
export async function openPainter(
	written: Recipe,
	{ shared, encoder: given, ...options }: OpenOptions = {},
): Promise<OpenedPainter> {
	const recipe = resolveRecipe(written);
	const { threads, providers } = recipe.engine;
	const parts = shared ?? new SharedParts(encodersOf(recipe).length);
	const engine = await parts.engine(recipe.engine, () =>
		engineByName(recipe.engine.name, { threads, ...(providers && { providers }) }),
	);
	const warnings: string[] = [];
	const model = redrawn(recipe);
	const named = given ? encodersOf(recipe).slice(0, 1) : encodersOf(recipe);
	const encodersFor = async (words: Recipe): Promise<DualEncoder[]> => {
		const opened: DualEncoder[] = [];
		if (!needsEncoder(words)) return opened;
		// One after the other: each takes memory while it is loaded.
		for (const { name } of named)
			opened.push(
				given ?? (await parts.encoder([name, recipe.engine], () => openEncoder(name, engine, { ...options, threads }))),
			);
		return opened;
	};
	const encoders = await encodersFor(recipe);
	for (const [i, { name, hash }] of named.entries())
		if (encoders[i] && hash && hash !== encoders[i].hash)
			warnings.push(`the recipe was made with other weights of '${name}'; the picture will differ`);

	const laidOut = arranged(recipe, encoders);
	const suiting = (model ? undefined : largest(encoders, (encoder) => encoder.canvas)) ?? redrawCanvas;
	const canvasSize = canvasOf(laidOut, suiting);
	const images: Recipe['images'] = [];
	const seen: SeenImage[] = [];
	let target: PainterSetup['target'];
	for (const image of recipe.images) {
		const { sha256, picture } = await readTarget(image.path, image.use === 'redraw' ? canvasSize : squareOf(encoders));
		if (image.sha256 && image.sha256 !== sha256)
			warnings.push(`${image.path} is not the picture that the recipe was made with`);
		images.push({ ...image, sha256 });
		seen.push({ ...image, picture });
		if (image.use === 'redraw') target = { picture, weight: image.weight * recipe.pixelLoss };
	}

	const renderer = createRenderer(laidOut, canvasSize, target?.picture);
	const { cosine, contrast } = recipe;
	/** What guides by these words, and what is said of them. */
	const guidanceOf = async (reworded: Recipe): Promise<Reworded> => {
		const encoders = await encodersFor(reworded);
		const prompts = [...reworded.prompts, ...reworded.negative];
		const pictures = recipe.images.some((image) => image.use === 'prompt' && image.weight !== 0);
		const guided = encoders.length > 0 && (prompts.some((p) => p.weight !== 0) || model || pictures);
		if (!guided && !(target && target.weight > 0))
			throw new AtelierError(
				'E_RECIPE',
				'expected something to draw, got a recipe whose weights of words (prompts, semantics) and picture (pixelLoss) are all 0',
			);
		if (encoders.length === 0) return { warnings: [] };
		const whole = named.reduce((sum, { weight }) => sum + weight, 0);
		const eyes: Eye[] = [];
		const guides = encoders.map((encoder, i) => ({ weight: named[i]!.weight, members: membersOf(encoder).length }));
		const first = firstMembers(guides);
		// Other words may name more or fewer things than the canvas has places: then all of it is for all of them.
		const words = { ...arranged(reworded, encoders), prompts };
		const apart = arrangementOf(words) === arrangementOf(laidOut) ? aimsOf(words) : [];
		const aims = apart.length === (renderer.places?.length || 1) ? apart : aimsOf({ prompts, layout: 'one' });
		const counted = images.filter(({ weight }) => weight !== 0).map((_, j) => prompts.length + j);
		const scoredAt = (here: readonly Aim[]) => [...here.map(({ index }) => index), ...counted];
		const warnings: string[] = [];
		for (const [i, encoder] of encoders.entries()) {
			const { viewCount, scoutCount } = viewCountsOf(recipe, encoder);
			// Two programs for a drawing that begins and ends alone would be one too many.
			const scouts = recipe.candidates > 1 && scoutCount < viewCount;
			const guide = await parts.guide(
				[encoder.hash, recipe.engine, aims, images, canvasSize, viewCount, scouts && scoutCount, cosine, contrast],
				async () => {
					const doubts = new Set<string>();
					const sights: Sights[][] = [];
					for (const here of aims) {
						const targets = [
							...(await promptTargets(
								here.map(({ prompt }) => prompt),
								encoder,
								(doubt) => doubts.add(doubt),
							)),
							...(await imageTargets(seen, encoder)),
						];
						sights.push(
							await compileSights(encoder, engine, targets, {
								...{ viewCount, cosine, contrast, threads },
								...(scouts && { scoutCount }),
							}),
						);
					}
					const dispose = async () => {
						for (const { objective, scout } of sights.flat()) {
							await objective.dispose();
							await scout?.objective.dispose();
						}
					};
					return { sights, warnings: [...doubts], dispose };
				},
			);
			const { views, imageSize } = encoder;
			const share = named[i]!.weight / whole / guides[i]!.members;
			for (const [place, members] of guide.sights.entries())
				for (const [m, sight] of members.entries())
					eyes.push({
						...{ ...sight, views, imageSize, share, member: first[i]! + m },
						prompts: scoredAt(aims[place]!),
						...(renderer.places?.length === aims.length && { place }),
					});
			warnings.push(...guide.warnings);
		}
		const turns = turnsOf(guides, recipe.encoder.together);
		return { guidance: { eyes, weight: recipe.semantics, ...turns }, warnings };
	};
	const { guidance, warnings: doubts } = await guidanceOf(recipe);
	warnings.push(...doubts);
	if (laidOut.arrangement) {
		const parts = aimsOf(laidOut).map((here) => here.find(({ prompt }) => prompt.weight > 0)!.prompt.text);
		warnings.push(apartInWords(parts, laidOut.arrangement));
	}
	return {
		setup: {
			...scheduleOf(recipe, renderer),
			...(guidance && { guidance, scouting: scoutingOf(recipe, encoders) }),
			reword: (words: Words = recipe) => guidanceOf({ ...recipe, prompts: words.prompts, negative: words.negative }),
			...(target && { target }),
		},
		recipe: {
			...withEncoders(
				laidOut,
				encodersOf(recipe).map((encoder, i) => ({ ...encoder, ...(encoders[i] && { hash: encoders[i].hash }) })),
			),
			images,
			// Where things stand apart it is that of each of them.
			canvas: arrangementOf(laidOut) ? (recipe.canvas ?? suiting) : canvasSize.shorter,
			...resolvedViews(recipe, encoders),
		},
		width: recipe.size[0],
		height: recipe.size[1],
		scale: canvasSize.scale,
		engine: engine.description,
		warnings,
		close: async () => {
			if (!shared) await parts.close();
		},
	};
}

/** A recipe with what its layout 'auto' comes to: things stand apart where each encoder would make a mixture of them. */
function arranged({ arrangement: _, ...recipe }: Recipe, encoders: readonly DualEncoder[]): Recipe {
	const mixed = encoders.length > 0 && encoders.every(({ knowsSingleThings }) => knowsSingleThings);
	if (recipe.layout !== 'auto' || !mixed || !canStandApart(recipe)) return recipe;
	const names = new Set(encoders.flatMap(({ bank }) => bank?.captions ?? []));
	const things = namedThings(recipe, names);
	return things ? { ...recipe, arrangement: things.arrangement } : recipe;
}

/** A picture of a recipe as it was read. */
type SeenImage = Recipe['images'][number] & { readonly picture: Picture };

/** Targets of the pictures that count, redrawn or not. */
async function imageTargets(images: readonly SeenImage[], encoder: DualEncoder): Promise<Target[]> {
	const targets: Target[] = [];
	for (const { picture, weight, stop } of images) {
		if (weight === 0) continue;
		const embedding = await pictureEmbedding(picture, encoder);
		targets.push({ embedding, weight, ...(stop !== undefined && { stop }) });
	}
	return targets;
}

/** What encoders see of a picture that is a prompt: the one that sees most; without one nobody looks. */
const squareOf = (encoders: readonly DualEncoder[]): { width: number; height: number } => {
	const side = largest(encoders, (encoder) => encoder.imageSize) ?? 1;
	return { width: side, height: side };
};

const largest = (encoders: readonly DualEncoder[], of: (encoder: DualEncoder) => number): number | undefined =>
	encoders.length > 0 ? Math.max(...encoders.map(of)) : undefined;

/** A picture fitted onto a canvas, and the hash of its file. */
async function readTarget(
	path: string,
	canvas: { width: number; height: number },
): Promise<{ picture: Picture; sha256: string }> {
	const read = await readPicture(path, { onto: canvas });
	return { picture: read, sha256: await sha256(path) };
}

/** A run goes on only with what it was begun with: another picture or encoder would make a mixture. @throws AtelierError E_RECIPE */
export function refuseOther(stored: Recipe, opened: Recipe): void {
	const encoders = encodersOf(opened);
	for (const [i, { name, hash }] of encodersOf(stored).entries())
		if (hash && hash !== encoders[i]?.hash)
			throw new AtelierError(
				'E_RECIPE',
				`expected the weights of '${name}' that the run was begun with, got others; start anew with --recipe`,
			);
	for (const [i, { path, sha256 }] of stored.images.entries())
		if (sha256 && sha256 !== opened.images[i]?.sha256)
			throw new AtelierError(
				'E_RECIPE',
				`expected the picture '${path}' that the run was begun with, got another; start anew with --recipe`,
			);
}
