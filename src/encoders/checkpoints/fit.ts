/** @file Whether the weights in a file are those of a model of given sizes: what is missing, in excess or of another shape, by name. */

import { AtelierError } from '../../errors.js';
import { input, type Shape, sameShape, type Tensor } from '../../tensor/index.js';
import { imageEmbedding, textEmbedding } from '../clip.js';
import type { ClipConfig } from '../clip-config.js';
import { ParameterStore } from '../parameters.js';
import type { MappedWeight } from './keys.js';

/** Notes the names and shapes that a model asks for, and has no numbers. */
class ShapeRecorder extends ParameterStore {
	readonly shapes = new Map<string, Shape>();

	constructor() {
		super(new Map());
	}

	override get(name: string, shape: Shape): Tensor {
		this.shapes.set(name, shape);
		return input(name, shape);
	}
}

/** The weights of a CLIP model but the logit scale: OpenAI's names, and shapes. @throws E_CHECKPOINT when the sizes make no model */
export function expectedShapes(config: ClipConfig): ReadonlyMap<string, Shape> {
	const recorder = new ShapeRecorder();
	const { resolution } = config.vision;
	try {
		imageEmbedding(config, recorder, input('images', [1, 3, resolution, resolution]));
		textEmbedding(config, recorder, input('ids', [1, 1], 'int32'), input('positions', [1], 'int32'));
	} catch (cause) {
		if (!(cause instanceof AtelierError)) throw cause;
		throw new AtelierError('E_CHECKPOINT', `expected the sizes of a CLIP model: ${cause.message}`, { cause });
	}
	return recorder.shapes;
}

/** Numbers of a loss that files may hold, and none of the towers asks for. */
const scalars = new Set(['logit_scale', 'logit_bias']);

/** Names that one message lists at most, of each kind. */
const mostListed = 8;

/**
 * Check that a file has the weights of a model, and no others.
 * @param where the file, quotes included
 * @throws E_CHECKPOINT with the names of all that do not fit
 */
export function checkFit(weights: ReadonlyMap<string, MappedWeight>, config: ClipConfig, where: string): void {
	const expected = expectedShapes(config);
	const missing: string[] = [];
	const misshapen: string[] = [];
	for (const [name, shape] of expected) {
		const found = weights.get(name);
		if (!found) missing.push(`'${name}' [${shape}]`);
		else if (!sameShape(found.shape, shape)) misshapen.push(`'${name}' [${found.shape}] instead of [${shape}]`);
	}
	const extra = [...weights].flatMap(([name, { from }]) =>
		expected.has(name) || scalars.has(name) ? [] : from.map((stored) => `'${stored}'`),
	);
	const faults = [
		listed('without', missing),
		listed('with tensors that it has no place for:', extra),
		listed('with others in shape:', misshapen),
	].filter((fault) => fault !== '');
	if (faults.length > 0)
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected the weights of the model that the configuration states in ${where}, got a file ${faults.join(', and ')}; is it another architecture?`,
		);
}

function listed(what: string, names: readonly string[]): string {
	if (names.length === 0) return '';
	const rest = names.length - mostListed;
	return `${what} ${names.slice(0, mostListed).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
