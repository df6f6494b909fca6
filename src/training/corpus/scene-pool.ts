/** @file The scenes of a raw pool: numbered, every fiftieth held out, and what their JSON and NOTICE say. */

import { packageVersion } from '../../package-root.js';
import { Random } from '../../random.js';
import type { CorpusSource } from './format.js';
import type { ThingCollector } from './scene-things.js';
import { makeScene, type Scene } from './scenes.js';

/** Name of scenes among the sources. */
export const scenesName = 'scenes';

/** One scene in so many is held out. */
const heldOutEvery = 50;

/** A scene of a pool. */
export interface NumberedScene extends Scene {
	/** Seed and number: no two pools of different seeds share one. */
	readonly name: string;
	readonly heldOut: boolean;
}

/**
 * Make up scenes. The same seed and things give the same scenes, and more of them when more are asked for.
 *
 * Scenes to train on show shapes and drawings to train on; those held out, shapes and held-out drawings.
 */
export async function scenePool(count: number, seed: number, collector: ThingCollector): Promise<NumberedScene[]> {
	const [train, apart] = [await collector.things(false), await collector.things(true)];
	const random = new Random(seed).split('scenes');
	return Array.from({ length: count }, (_, i) => {
		const heldOut = i % heldOutEvery === heldOutEvery - 1;
		return { ...makeScene(random.split(String(i)), heldOut ? apart : train), name: `${seed}-${i}`, heldOut };
	});
}

/** What is written beside a scene. @param size side of its picture in pixels */
export const sceneFields = (scene: NumberedScene, size: number): Readonly<Record<string, unknown>> => ({
	url: `${scenesName}:${scene.name}`,
	width: size,
	height: size,
	original_width: size,
	original_height: size,
	source: scenesName,
	name: scene.name,
	kind: 'scene',
	licence: scene.licence,
	held_out: scene.heldOut,
	origin: 'scene',
	lang: 'en',
	drawings: scene.drawings.join(' '),
});

/** What the NOTICE says of scenes. @param images how many there are */
export const scenesInfo = (images: number): CorpusSource => ({
	name: scenesName,
	title: 'Scenes',
	package: 'atelier',
	version: packageVersion(),
	licence: 'CC0-1.0 and the licences of the drawings in them',
	images,
});
