#include "duck/table_function.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "base/check.h"
#include "base/text.h"

namespace kenko::duck {
namespace {

/// Where a running scan is, and which columns the query wants.
struct Scan {
  uint64_t next = 0;
  std::vector<size_t> columns;
};

duckdb_logical_type enum_type(const std::vector<std::string>& choices) {
  std::vector<const char*> names;
  for (const std::string& choice : choices) names.push_back(choice.c_str());
  return duckdb_create_enum_type(names.data(), names.size());
}

duckdb_logical_type logical_type(const Column& column) {
  switch (column.type) {
    case Type::boolean:
      return duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
    case Type::int32:
      return duckdb_create_logical_type(DUCKDB_TYPE_INTEGER);
    case Type::int64:
      return duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
    case Type::uint32:
      return duckdb_create_logical_type(DUCKDB_TYPE_UINTEGER);
    case Type::uint64:
      return duckdb_create_logical_type(DUCKDB_TYPE_UBIGINT);
    case Type::real:
      return duckdb_create_logical_type(DUCKDB_TYPE_DOUBLE);
    case Type::text:
      return duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    case Type::timestamp:
      return duckdb_create_logical_type(DUCKDB_TYPE_TIMESTAMP);
    case Type::day:
      return duckdb_create_logical_type(DUCKDB_TYPE_DATE);
    case Type::decimal6:
      return duckdb_create_decimal_type(18, 6);
    case Type::short_decimal6:
      return duckdb_create_decimal_type(9, 6);
    case Type::hugeint:
      return duckdb_create_logical_type(DUCKDB_TYPE_HUGEINT);
    case Type::choice:
      return enum_type(column.choices);
  }
  KENKO_CHECK(false, "type {}", static_cast<int>(column.type));
}

void bind(duckdb_bind_info info) {
  const Table& table = *static_cast<const Table*>(duckdb_bind_get_extra_info(info));
  for (const Column& column : table.columns) {
    duckdb_logical_type type = logical_type(column);
    duckdb_bind_add_result_column(info, column.name.c_str(), type);
    duckdb_destroy_logical_type(&type);
  }
  duckdb_bind_set_cardinality(info, table.rows, !table.ready);
}

void init(duckdb_init_info info) {
  auto scan = std::make_unique<Scan>();
  const idx_t wanted = duckdb_init_get_column_count(info);
  for (idx_t i = 0; i < wanted; ++i) scan->columns.push_back(duckdb_init_get_column_index(info, i));
  duckdb_init_set_max_threads(info, 1);
  duckdb_init_set_init_data(info, scan.release(), [](void* p) { delete static_cast<Scan*>(p); });
}

void fill(duckdb_function_info info, duckdb_data_chunk chunk) {
  const Table& table = *static_cast<const Table*>(duckdb_function_get_extra_info(info));
  Scan& scan = *static_cast<Scan*>(duckdb_function_get_init_data(info));
  const size_t most = duckdb_vector_size();
  const size_t count = table.ready ? table.ready(scan.next, most)
                                   : static_cast<size_t>(std::min<uint64_t>(most, table.rows - scan.next));
  for (size_t i = 0; i < scan.columns.size(); ++i) {
    // A query that wants no column at all (count(*)) asks for the row id, which lies past our columns.
    if (scan.columns[i] >= table.columns.size()) continue;
    duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, i);
    Cells cells(vector, duckdb_vector_get_data(vector));
    if (count > 0) table.columns[scan.columns[i]].fill(scan.next, count, cells);
    if (cells.bad_text()) duckdb_function_set_error(info, "a text that is not UTF-8 was given to DuckDB");
  }
  scan.next += count;
  duckdb_data_chunk_set_size(chunk, count);
}

/// Eight bytes at a time; most texts are.
bool is_ascii(std::string_view s) {
  uint64_t seen = 0;
  while (s.size() >= sizeof(seen)) {
    uint64_t word = 0;
    std::memcpy(&word, s.data(), sizeof(word));
    seen |= word;
    s.remove_prefix(sizeof(word));
  }
  for (const char c : s) seen |= static_cast<unsigned char>(c);
  return (seen & 0x8080'8080'8080'8080) == 0;
}

template <typename T>
Column array_column(std::string name, Type type, std::span<const T> values) {
  return {std::move(name), type, [values](uint64_t begin, size_t count, Cells& cells) {
            std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(begin), count, cells.data<T>());
          }};
}

}  // namespace

bool register_table_function(duckdb_connection connection, const std::string& name, Table table) {
  duckdb_table_function function = duckdb_create_table_function();
  duckdb_table_function_set_name(function, name.c_str());
  duckdb_table_function_set_extra_info(function, new Table(std::move(table)),
                                       [](void* p) { delete static_cast<Table*>(p); });
  duckdb_table_function_set_bind(function, bind);
  duckdb_table_function_set_init(function, init);
  duckdb_table_function_set_function(function, fill);
  duckdb_table_function_supports_projection_pushdown(function, true);
  const bool registered = duckdb_register_table_function(connection, function) == DuckDBSuccess;
  duckdb_destroy_table_function(&function);
  return registered;
}

void Cells::set_null(size_t i) {
  auto vector = static_cast<duckdb_vector>(vector_);
  if (!nulls_writable_) {
    duckdb_vector_ensure_validity_writable(vector);
    nulls_writable_ = true;
  }
  duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), i);
}

void Cells::set_text(size_t i, std::string_view text) {
  if (!is_ascii(text) && !text::is_utf8(text)) {
    bad_text_ = true;
    return set_null(i);
  }
  duckdb_unsafe_vector_assign_string_element_len(static_cast<duckdb_vector>(vector_), i, text.data(), text.size());
}

void Cells::set_hugeint(size_t i, Int128 number) {
  duckdb_hugeint cell{};
  cell.lower = static_cast<uint64_t>(number);
  cell.upper = static_cast<int64_t>(number >> 64);
  data<duckdb_hugeint>()[i] = cell;
}

Column int32_column(std::string name, std::span<const int32_t> values) {
  return array_column(std::move(name), Type::int32, values);
}
Column int64_column(std::string name, std::span<const int64_t> values) {
  return array_column(std::move(name), Type::int64, values);
}
Column uint32_column(std::string name, std::span<const uint32_t> values) {
  return array_column(std::move(name), Type::uint32, values);
}
Column uint64_column(std::string name, std::span<const uint64_t> values) {
  return array_column(std::move(name), Type::uint64, values);
}
Column real_column(std::string name, std::span<const double> values) {
  return array_column(std::move(name), Type::real, values);
}

namespace {

using GetPositions = std::function<void(uint64_t begin, std::span<int32_t> positions)>;

// DuckDB keeps positions in as few bytes as the number of choices needs.
template <typename Code>
Column coded_column(std::string name, std::vector<std::string> choices, GetPositions get) {
  auto positions = std::make_shared<std::vector<int32_t>>();
  return {std::move(name), Type::choice,
          [get = std::move(get), positions](uint64_t begin, size_t count, Cells& cells) {
            positions->resize(count);
            get(begin, *positions);
            auto* out = cells.data<Code>();
            for (size_t i = 0; i < count; ++i) {
              const int32_t position = (*positions)[i];
              if (position < 0) cells.set_null(i);
              out[i] = position < 0 ? Code{0} : static_cast<Code>(position);
            }
          },
          std::move(choices)};
}

}  // namespace

Column choice_column(std::string name, std::vector<std::string> choices, GetPositions get) {
  // No choice at all: every row is null, and DuckDB wants one.
  if (choices.empty()) choices.emplace_back("");
  if (choices.size() <= UINT8_MAX) return coded_column<uint8_t>(std::move(name), std::move(choices), std::move(get));
  if (choices.size() <= UINT16_MAX) return coded_column<uint16_t>(std::move(name), std::move(choices), std::move(get));
  return coded_column<uint32_t>(std::move(name), std::move(choices), std::move(get));
}

Column text_column(std::string name, std::function<std::string_view(uint64_t row)> get) {
  return {std::move(name), Type::text, [get = std::move(get)](uint64_t begin, size_t count, Cells& cells) {
            for (size_t i = 0; i < count; ++i) {
              const std::string_view text = get(begin + i);
              if (text.data() == nullptr) {
                cells.set_null(i);
              } else {
                cells.set_text(i, text);
              }
            }
          }};
}

}  // namespace kenko::duck
