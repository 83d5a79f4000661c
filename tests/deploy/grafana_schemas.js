// JSON schemas from the types that Grafana publishes (@grafana/schema), for check_grafana.py:
//   node grafana_schemas.js FOLDER   run in the folder whose node_modules has them
const fs = require('fs');
const path = require('path');
const { createRequire } = require('module');
const { createGenerator } = createRequire(path.join(process.cwd(), 'x.js'))('ts-json-schema-generator');

const types = path.join(process.cwd(), 'node_modules/@grafana/schema/dist/types/raw');
const panel = (name) => path.join(types, `composable/${name}/panelcfg/x/types.gen.d.ts`);
const wanted = [
  ['dashboard', path.join(types, 'dashboard/x/types.gen.d.ts'), 'Dashboard'],
  ['timeseries.options', panel('timeseries'), 'Options'],
  ['timeseries.custom', panel('timeseries'), 'FieldConfig'],
  ['stat.options', panel('stat'), 'Options'],
  ['table.options', panel('table'), 'Options'],
  ['state-timeline.options', panel('statetimeline'), 'Options'],
  ['state-timeline.custom', panel('statetimeline'), 'FieldConfig'],
];
for (const [name, file, type] of wanted) {
  const options = { path: file, type, skipTypeCheck: true, topRef: false, additionalProperties: false };
  const schema = createGenerator(options).createSchema(type);
  fs.writeFileSync(path.join(process.argv[2], `${name}.json`), JSON.stringify(schema));
}
