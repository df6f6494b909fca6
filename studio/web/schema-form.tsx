/** @file Controls made from the schema of recipes: sliders, choices, switches, colours; those that few need are folded. */

import { useId } from 'preact/hooks';
import { type Field, fieldsOf, hexOf, humanName, rgbOf, sliderOf } from './form-model.js';
import type { JsonNode } from './json-node.js';
import { checked, presetName, set, setting } from './state/draft.js';
import { presetNamed } from './state/studio.js';

/** Sliders end here; larger numbers can be typed. */
const comfortable: Readonly<Record<string, number>> = {
	'strokes.paths': 500,
	'strokes.segments': 12,
	'shapes.count': 300,
	'shapes.corners': 16,
	'shapes.outline': 0.1,
	'tiles.columns': 80,
	'tiles.tv': 5,
	'pixels.tv': 5,
	'symmetry.order': 12,
	steps: 3000,
	cosine: 5,
	contrast: 5,
	semantics: 5,
	pixelLoss: 100,
	rate: 5,
};

interface FormProps {
	readonly schema: JsonNode | undefined;
	readonly path?: readonly string[];
	readonly only?: readonly string[];
	readonly fold?: string;
}

export function SchemaForm({ schema, path = [], only, fold = 'More' }: FormProps) {
	if (!schema) return <div class="form-skeleton" aria-hidden="true" />;
	const fields = fieldsOf(schema, path, only);
	const plain = fields.filter((field) => !field.advanced);
	const advanced = fields.filter((field) => field.advanced);
	return (
		<div class="form">
			{plain.map((field) => (
				<FieldControl key={field.path.join('.')} field={field} />
			))}
			{advanced.length > 0 && (
				<details class="fold">
					<summary>{fold}</summary>
					<div class="form">
						{advanced.map((field) => (
							<FieldControl key={field.path.join('.')} field={field} />
						))}
					</div>
				</details>
			)}
		</div>
	);
}

export function FieldControl({ field }: { readonly field: Field }) {
	const id = useId();
	const key = field.path.join('.');
	const issue = checked.value?.issues.find((problem) => problem.path.startsWith(key));
	const value = setting(field.path);
	// Depends on the preset too: what it sets counts as chosen.
	presetNamed(presetName.value);
	return (
		<div class={`field field-${field.kind}${issue ? ' wrong' : ''}`}>
			<label for={id} title={field.description}>
				{field.label}
				{field.unit === 'px' && <span class="unit"> px</span>}
			</label>
			<Control id={id} field={field} value={value} most={comfortable[key]} />
			<p class={issue ? 'hint bad' : 'hint'} id={`${id}-hint`}>
				{issue ? issue.message : field.description}
			</p>
		</div>
	);
}

interface ControlProps {
	readonly id: string;
	readonly field: Field;
	readonly value: unknown;
	readonly most?: number | undefined;
}

function Control({ id, field, value, most }: ControlProps) {
	const change = (next: unknown) => set(field.path, next);
	const described = { 'aria-describedby': `${id}-hint` };
	switch (field.kind) {
		case 'choice':
			return (
				<select
					id={id}
					value={String(value ?? '')}
					{...described}
					onChange={(event) => change(event.currentTarget.value || undefined)}
				>
					{field.optional && <option value="">Automatic</option>}
					{field.options.map((option) => (
						<option key={option} value={option}>
							{humanName(option)}
						</option>
					))}
				</select>
			);
		case 'switch':
			return (
				<input
					id={id}
					type="checkbox"
					role="switch"
					class="switch"
					checked={value === true}
					aria-checked={value === true}
					{...described}
					onChange={(event) => change(event.currentTarget.checked)}
				/>
			);
		case 'color':
			return (
				<input
					id={id}
					type="color"
					value={hexOf((value as number[] | undefined) ?? [1, 1, 1])}
					{...described}
					onInput={(event) => change(rgbOf(event.currentTarget.value))}
				/>
			);
		case 'pair':
			return <PairControl id={id} field={field} value={value as [number, number] | undefined} />;
		case 'text':
			return (
				<input
					id={id}
					type="text"
					value={String(value ?? '')}
					{...described}
					onChange={(event) => change(event.currentTarget.value || undefined)}
				/>
			);
		default:
			return <NumberControl id={id} field={field} value={value as number | undefined} most={most} />;
	}
}

function NumberControl({
	id,
	field,
	value,
	most,
}: Omit<ControlProps, 'value'> & { readonly value: number | undefined }) {
	const slider = sliderOf(field, most);
	return (
		<span class="number">
			<input
				type="range"
				aria-label={`${field.label} (slider)`}
				tabIndex={-1}
				min={0}
				max={1}
				step="any"
				value={slider.toSlider(value ?? field.minimum ?? 0)}
				data-empty={value === undefined ? '' : undefined}
				onInput={(event) => set(field.path, slider.fromSlider(event.currentTarget.valueAsNumber))}
			/>
			<input
				id={id}
				type="number"
				min={field.minimum}
				max={field.maximum}
				step={field.whole ? 1 : 'any'}
				value={value ?? ''}
				placeholder="auto"
				aria-describedby={`${id}-hint`}
				onChange={(event) => {
					const next = event.currentTarget.valueAsNumber;
					set(field.path, Number.isFinite(next) ? next : undefined);
				}}
			/>
		</span>
	);
}

function PairControl({
	id,
	field,
	value,
}: {
	readonly id: string;
	readonly field: Field;
	readonly value: [number, number] | undefined;
}) {
	const part = (at: 0 | 1) => (
		<input
			id={at === 0 ? id : undefined}
			type="number"
			aria-label={at === 0 ? undefined : `${field.label}: to`}
			min={field.minimum}
			max={field.maximum}
			step={field.whole ? 1 : 'any'}
			value={value?.[at] ?? ''}
			placeholder="auto"
			onChange={(event) => {
				const next = event.currentTarget.valueAsNumber;
				if (!Number.isFinite(next)) return set(field.path, undefined);
				set(field.path, at === 0 ? [next, value?.[1] ?? next] : [value?.[0] ?? next, next]);
			}}
		/>
	);
	return (
		<span class="pair">
			{part(0)}
			<span aria-hidden="true">–</span>
			{part(1)}
		</span>
	);
}
