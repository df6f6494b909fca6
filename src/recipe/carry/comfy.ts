/** @file ComfyUI's `prompt`: a graph of nodes `{ id: { class_type, inputs } }` whose inputs are values or links `[id, output]`. */

import { isObject } from '../plain-data.js';

type Inputs = Readonly<Record<string, unknown>>;

/** What a graph says that other programs say, too. */
export interface GraphSettings {
	readonly prompt?: string;
	readonly negative?: string;
	readonly seed?: unknown;
	readonly steps?: unknown;
	readonly width?: unknown;
	readonly height?: unknown;
	/** Kinds of nodes in the graph, each once. */
	readonly nodes: readonly string[];
}

/** Inputs that lead towards a text, the likeliest first; `side` is positive or negative. */
const towardsText = (side: string) => [
	'text',
	'text_g',
	'text_l',
	't5xxl',
	'clip_l',
	'prompt',
	'string',
	'value',
	side,
	'conditioning',
	'conditioning_1',
	'conditioning_to',
	'guider',
	'cond1',
];

/** Read a graph; undefined when it is none. Follows every link at most once, so circles end. */
export function readGraph(graph: unknown): GraphSettings | undefined {
	if (!isObject(graph)) return undefined;
	const nodes = new Map<string, { kind: string; inputs: Inputs }>();
	for (const [id, node] of Object.entries(graph)) {
		const { class_type: kind, inputs } = (node ?? {}) as { class_type?: unknown; inputs?: unknown };
		if (typeof kind === 'string' && typeof inputs === 'object' && inputs !== null)
			nodes.set(id, { kind, inputs: inputs as Inputs });
	}
	/** The first value of the wanted type along the named inputs, depth first. */
	const follow = <T>(
		value: unknown,
		keys: readonly string[],
		wanted: (v: unknown) => v is T,
		seen = new Set<string>(),
	): T | undefined => {
		if (wanted(value)) return value;
		const id = Array.isArray(value) ? String(value[0]) : undefined;
		const node = id === undefined || seen.has(id) ? undefined : nodes.get(id);
		if (!node || seen.size > 200) return undefined;
		seen.add(id!);
		for (const key of keys) {
			if (!Object.hasOwn(node.inputs, key)) continue;
			const found = follow(node.inputs[key], keys, wanted, seen);
			if (found !== undefined) return found;
		}
		return undefined;
	};
	const isText = (v: unknown): v is string => typeof v === 'string';
	const isNumber = (v: unknown): v is number => typeof v === 'number';

	// A sampler has pixels to start from, and a conditioning or a guider that has one.
	const sampler = [...nodes.values()].find(
		({ inputs }) => ('latent_image' in inputs || 'samples' in inputs) && ('positive' in inputs || 'guider' in inputs),
	)?.inputs;
	if (!sampler) return nodes.size > 0 ? { nodes: kinds(nodes) } : undefined;
	const conditioning = (side: string) => follow(sampler[side] ?? sampler.guider, towardsText(side), isText);
	const number = (...names: string[]) => {
		for (const name of names) {
			const found = follow(sampler[name], [...names, 'seed', 'noise_seed', 'value', 'int'], isNumber);
			if (found !== undefined) return found;
		}
		return undefined;
	};
	const towardsPixels = ['samples', 'latent_image', 'latent', 'pixels', 'image'];
	const side = (name: string) =>
		follow(sampler.latent_image ?? sampler.samples, [name, 'value', 'int', ...towardsPixels], isNumber);
	return {
		prompt: conditioning('positive'),
		...('negative' in sampler && { negative: conditioning('negative') }),
		seed: number('seed', 'noise_seed', 'noise'),
		steps: number('steps', 'sigmas'),
		width: side('width'),
		height: side('height'),
		nodes: kinds(nodes),
	};
}

const kinds = (nodes: ReadonlyMap<string, { kind: string }>): string[] => [
	...new Set([...nodes.values()].map((n) => n.kind)),
];
